import { type BootErrorDetails, type ExitName, exitCodes } from '../base/errors.ts';
import type { BootEvent } from '../base/events.ts';
import { version } from '../base/version.ts';
import type { Redact } from './redact.ts';
import { redactFailure } from './redact-event.ts';

/** How a run ended, for whoever looks later: a file that stays when nobody was there. */

export interface ResultContext {
  readonly namespace: string;
  /** Of the machine: whoever collects the results of many tells them apart by it. */
  readonly hostname: string;
  /** The site's name, where its file has one. */
  readonly site?: string;
  /** Of the end of the run. */
  readonly date: Date;
  readonly redact: Redact;
}

/** The last word of a run. */
export type Ending = Extract<BootEvent, { readonly type: 'done' | 'failure' }>;

/** The result as JSON. It changes only where the run did: what it says first is whether all is well. */
export function renderResult(ending: Ending, { namespace, hostname, site, date, redact }: ResultContext): string {
  const common = {
    schema: 'edgex-boot/result/v1',
    version,
    hostname,
    ...(site === undefined ? {} : { site }),
    namespace,
    finishedAt: date.toISOString(),
  };
  const outcome =
    ending.type === 'done'
      ? {
          ...codeOf('done'),
          message: redact(ending.message),
          writes: ending.writes,
          ...(ending.requests === undefined ? {} : { requests: ending.requests }),
          elapsedMs: Math.round(ending.elapsedMs),
        }
      : { ...codeOf(ending.error.exit), error: withoutExit(redactFailure(ending.error, redact)) };
  return `${JSON.stringify({ ok: ending.type === 'done', ...outcome, ...common }, null, 2)}\n`;
}

function codeOf(exit: ExitName): { readonly exit: ExitName; readonly code: number } {
  return { exit, code: exitCodes[exit] };
}

function withoutExit({ exit: _exit, ...details }: BootErrorDetails): Omit<BootErrorDetails, 'exit'> {
  return details;
}
