import type { BootEvent } from '../base/events.ts';
import { openJsonl } from './jsonl.ts';
import { openPlain } from './plain.ts';
import { redactEvent } from './redact-event.ts';
import { openTty } from './tty.ts';
import type { Reporter, Sink } from './types.ts';

export type { Reporter, Sink } from './types.ts';

/** `tty`: a live view. `plain`: a line for each change. `jsonl`: each event as a JSON document, one a line. */
export type ReporterKind = 'tty' | 'plain' | 'jsonl';

const open: Readonly<Record<ReporterKind, (sink: Sink) => Reporter>> = {
  tty: openTty,
  plain: openPlain,
  jsonl: openJsonl,
};

/** A subscriber to the stages' events that tells them in one of the three ways. Nothing that it writes is unredacted. */
export function openReporter(kind: ReporterKind, sink: Sink): Reporter {
  const { emit, tick, close } = open[kind](sink);
  return { emit: (event: BootEvent) => emit(redactEvent(event, sink.redact)), tick, close };
}
