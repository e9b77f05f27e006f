import { type BootErrorDetails, exitCodes } from '../base/errors.ts';
import { createPaint } from './paint.ts';
import { createRedactor, type Redact } from './redact.ts';
import { redactFailure } from './redact-event.ts';

/** One part of a failure's text. */
export interface FailureLine {
  readonly kind: 'error' | 'evidence' | 'next' | 'exit';
  readonly text: string;
}

/** What went wrong, the evidence for it, what to do next, and how the program ends. */
export function failureLines({ object, cause, evidence = [], hint, exit }: BootErrorDetails): readonly FailureLine[] {
  return [
    { kind: 'error', text: `error: ${object}: ${cause}` },
    ...evidence.map((text): FailureLine => ({ kind: 'evidence', text })),
    ...(hint === undefined ? [] : [{ kind: 'next' as const, text: `next: ${hint}` }]),
    { kind: 'exit', text: `exit code ${exitCodes[exit]}` },
  ];
}

/** The same as one text, redacted, with the evidence indented. */
export function renderFailure(
  details: BootErrorDetails,
  { color = false, redact = createRedactor() }: { readonly color?: boolean; readonly redact?: Redact } = {},
): string {
  const paint = createPaint(color);
  return failureLines(redactFailure(details, redact))
    .map(({ kind, text }) => {
      if (kind === 'evidence') return `    ${text}\n`;
      return `${paint(kind === 'error' ? 'red' : kind === 'exit' ? 'dim' : undefined, text)}\n`;
    })
    .join('');
}
