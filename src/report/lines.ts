import type { BootEvent } from '../base/events.ts';
import { formatDuration } from '../base/time.ts';

/** How a line is to be taken; each reporter shows it in its own way. */
export type Tone = 'plain' | 'dim' | 'good' | 'warning' | 'bad';

export interface Line {
  readonly tone: Tone;
  readonly text: string;
}

/** An event for people, in one line; undefined where there is nothing to say. A failure has more lines: see failure.ts. */
export function describeEvent(event: Exclude<BootEvent, { readonly type: 'failure' }>): Line | undefined {
  switch (event.type) {
    case 'stage':
      return { tone: 'plain', text: `${event.stage}: ${event.message}` };
    case 'fact':
      return { tone: 'dim', text: `${event.name}: ${event.value}` };
    case 'warning':
      return {
        tone: 'warning',
        text: `warning: ${event.object}: ${event.message}${event.hint ? ` (${event.hint})` : ''}`,
      };
    case 'applied':
      return event.action === 'unchanged' ? undefined : { tone: 'plain', text: `${event.action} ${event.object}` };
    case 'kept':
      return { tone: 'plain', text: `kept ${event.object}: ${event.reason}` };
    case 'service':
      return describeService(event);
    case 'seeded':
      return describeSeeded(event);
    case 'heartbeat':
      return {
        tone: 'dim',
        text: `still waiting for ${event.waitingFor.join(', ') || 'the end'} (${formatDuration(event.elapsedMs)})`,
      };
    case 'done':
      return { tone: 'good', text: describeDone(event) };
  }
}

type EventOf<T extends BootEvent['type']> = Extract<BootEvent, { readonly type: T }>;

function describeService({ service, state, reason, elapsedMs }: EventOf<'service'>): Line {
  const why = reason ? `: ${reason}` : '';
  if (state === 'ready') return { tone: 'good', text: `${service} ready after ${formatDuration(elapsedMs)}${why}` };
  if (state === 'failed') return { tone: 'bad', text: `${service} failed after ${formatDuration(elapsedMs)}${why}` };
  return { tone: 'plain', text: `${service} ${state}${why}` };
}

/** From a person's value. */
const wayBack = 'to undo that, delete the key in Consul and install again with the same options';

function describeSeeded({ service, written, kept }: EventOf<'seeded'>): Line | undefined {
  const parts = [
    ...(written > 0 ? [`${plural(written, 'key')} written`] : []),
    ...(kept.length > 0 ? [`${kept.length} kept as people set them: ${kept.join(', ')} (${wayBack})`] : []),
  ];
  if (parts.length === 0) return undefined;
  return { tone: kept.length > 0 ? 'warning' : 'plain', text: `settings of ${service}: ${parts.join('; ')}` };
}

function describeDone({ message, writes, requests, elapsedMs, isHealthy }: EventOf<'done'>): string {
  const time = formatDuration(elapsedMs);
  const load = requests === undefined ? '' : `, ${plural(requests, 'request')}`;
  return writes === 0
    ? `nothing to change${isHealthy ? '; healthy' : ''}: ${message} (${time}${load})`
    : `done: ${message} (${time}, ${plural(writes, 'write')}${load})`;
}

/** `1 key`, `2 keys`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
