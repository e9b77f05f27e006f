import type { BootEvent } from '../base/events.ts';
import { renderFailure } from './failure.ts';
import { describeEvent, type Tone } from './lines.ts';
import { createPaint, type Style } from './paint.ts';
import type { Reporter, Sink } from './types.ts';

const styles: Readonly<Record<Tone, Style | undefined>> = {
  plain: undefined,
  dim: 'dim',
  good: 'green',
  warning: 'yellow',
  bad: 'red',
};

/** A line for each change, with its time, for logs. What is told already isn't told again. */
export function openPlain({ write, color, date, redact }: Sink): Reporter {
  const paint = createPaint(color);
  const told = new Map<string, string>();

  function isNews(event: BootEvent): boolean {
    if (event.type !== 'service') return true;
    const state = `${event.state} ${event.reason ?? ''}`;
    if (told.get(event.service) === state) return false;
    told.set(event.service, state);
    return true;
  }

  function emit(event: BootEvent): void {
    const time = paint('dim', `${date().toISOString().slice(0, 19)}Z`);
    if (event.type === 'failure') {
      write(`${time} ${renderFailure(event.error, { color, redact })}`);
      return;
    }
    const line = isNews(event) ? describeEvent(event) : undefined;
    if (line) write(`${time} ${paint(styles[line.tone], line.text)}\n`);
  }

  return { emit, tick() {}, close() {} };
}
