import type { BootErrorDetails } from '../base/errors.ts';
import type { BootEvent } from '../base/events.ts';
import type { Redact } from './redact.ts';

/** An event without secrets, and each of its texts in one line. Its kind, state and the like are ours and stay. */
export function redactEvent(event: BootEvent, redact: Redact): BootEvent {
  const inline = inlineWith(redact);
  switch (event.type) {
    case 'stage':
      return { ...event, message: inline(event.message) };
    case 'fact':
      return { ...event, value: inline(event.value) };
    case 'warning':
      return {
        ...event,
        object: inline(event.object),
        message: inline(event.message),
        ...(event.hint === undefined ? {} : { hint: inline(event.hint) }),
      };
    case 'service':
      return { ...event, ...(event.reason === undefined ? {} : { reason: inline(event.reason) }) };
    case 'failure':
      return { ...event, error: redactFailure(event.error, redact) };
    case 'applied':
      return { ...event, object: inline(event.object) };
    case 'kept':
      return { ...event, object: inline(event.object), reason: inline(event.reason) };
    case 'seeded':
      return { ...event, kept: event.kept.map(inline) };
    case 'heartbeat':
      return { ...event, waitingFor: event.waitingFor.map(inline) };
    case 'done':
      return { ...event, message: inline(event.message) };
  }
}

/** The details of an error without secrets. Evidence is taken as one text: a key in a log has many lines. */
export function redactFailure(error: BootErrorDetails, redact: Redact): BootErrorDetails {
  const inline = inlineWith(redact);
  return {
    exit: error.exit,
    object: inline(error.object),
    cause: inline(error.cause),
    ...(error.hint === undefined ? {} : { hint: inline(error.hint) }),
    ...(error.evidence === undefined
      ? {}
      : { evidence: redact(error.evidence.join('\n')).replaceAll('\t', '  ').split('\n') }),
  };
}

/** Line breaks within a text would be taken for the ends of lines. */
function inlineWith(redact: Redact): Redact {
  return (text) =>
    redact(text)
      .replace(/\s*[\n\t]\s*/g, ' ')
      .trim();
}
