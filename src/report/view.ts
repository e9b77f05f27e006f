import type { ApplyAction, BootEvent, ServiceState, Stage } from '../base/events.ts';
import { formatDuration } from '../base/time.ts';
import type { Tone } from './lines.ts';
import { displayWidth, padColumns } from './text.ts';

/** What a live view shows at an instant, as plain data. */
export interface View {
  readonly stage?: StageView;
  readonly services: ReadonlyMap<string, ServiceView>;
}

export interface StageView {
  readonly stage: Stage;
  readonly message: string;
  /** On the clock. */
  readonly sinceMs: number;
  readonly applied: Readonly<Partial<Record<ApplyAction, number>>>;
  readonly waitingFor: readonly string[];
}

interface ServiceView {
  readonly state: ServiceState;
  readonly reason?: string;
  readonly elapsedMs: number;
  /** On the clock: when this was told. */
  readonly atMs: number;
}

/** A line with the mark before it. */
export interface MarkedLine {
  readonly tone: Tone;
  readonly mark: string;
  readonly text: string;
}

export const emptyView: View = { services: new Map() };

/** The view after an event. */
export function advance(view: View, event: BootEvent, nowMs: number): View {
  switch (event.type) {
    case 'stage': {
      const { stage, message } = event;
      return { ...view, stage: { stage, message, sinceMs: nowMs, applied: {}, waitingFor: [] } };
    }
    case 'applied': {
      if (!view.stage) return view;
      const { applied } = view.stage;
      const count = (applied[event.action] ?? 0) + 1;
      return { ...view, stage: { ...view.stage, applied: { ...applied, [event.action]: count } } };
    }
    case 'service': {
      const { service, state, reason, elapsedMs } = event;
      const row = { state, elapsedMs, atMs: nowMs, ...(reason === undefined ? {} : { reason }) };
      return { ...view, services: new Map(view.services).set(service, row) };
    }
    case 'heartbeat':
      return view.stage ? { ...view, stage: { ...view.stage, waitingFor: event.waitingFor } } : view;
    default:
      return view;
  }
}

/** How a stage stands, or how it ended. */
export function stageLine({ stage, services }: View, nowMs: number, end?: 'good' | 'bad'): readonly MarkedLine[] {
  if (!stage) return [];
  const counts = (['created', 'changed', 'deleted', 'unchanged'] as const).flatMap((action) => {
    const count = stage.applied[action];
    return count ? [`${count} ${action}`] : [];
  });
  const ready = [...services.values()].filter(({ state }) => state === 'ready').length;
  const notes = [
    ...counts,
    ...(stage.stage === 'rollout' && services.size > 0 ? [`${ready} of ${services.size} ready`] : []),
    formatDuration(nowMs - stage.sinceMs),
    ...(!end && stage.waitingFor.length > 0 && services.size === ready
      ? [`waiting for ${stage.waitingFor.join(', ')}`]
      : []),
  ];
  const text = `${stage.stage}: ${stage.message} (${notes.join(', ')})`;
  return [{ tone: end ?? 'plain', mark: end ? stateMarks[end === 'good' ? 'ready' : 'failed'].mark : '›', text }];
}

const stateMarks: Readonly<Record<ServiceState, { readonly mark: string; readonly tone: Tone }>> = {
  waiting: { mark: '·', tone: 'dim' },
  starting: { mark: '○', tone: 'plain' },
  pulling: { mark: '↓', tone: 'plain' },
  ready: { mark: '✓', tone: 'good' },
  failed: { mark: '✗', tone: 'bad' },
};

/** A line for each service, in the order in which they were first heard of. */
export function serviceLines({ services }: View, nowMs: number): readonly MarkedLine[] {
  const nameWidth = Math.max(0, ...[...services.keys()].map(displayWidth));
  return [...services].map(([service, { state, reason, elapsedMs, atMs }]) => {
    const isOver = state === 'ready' || state === 'failed';
    const time = formatDuration(isOver ? elapsedMs : elapsedMs + nowMs - atMs);
    const text =
      `${padColumns(service, nameWidth)}  ${state.padEnd(8)}  ${time.padStart(8)}  ${reason ?? ''}`.trimEnd();
    return { ...stateMarks[state], text };
  });
}

/**
 * The services' lines where there is room for `limit` lines only: what is ready steps back first, and the last line
 * counts what is left out.
 */
export function fittingServiceLines(view: View, nowMs: number, limit: number): readonly MarkedLine[] {
  const lines = serviceLines(view, nowMs);
  if (lines.length <= limit) return lines;
  const isReady = ({ mark }: MarkedLine) => mark === stateMarks.ready.mark;
  const urgent = [...lines.filter((line) => !isReady(line)), ...lines.filter(isReady)];
  const shown = new Set(urgent.slice(0, Math.max(0, limit - 1)));
  const rest = { tone: 'dim' as const, mark: '…', text: `${lines.length - shown.size} more` };
  return [...lines.filter((line) => shown.has(line)), rest];
}
