/** Faults that a test plants with STANDIN_FAULT, a comma-separated list. Times are real, not scaled. */
export interface Faults {
  /** From so long after its start on connections are accepted and requests never answered. */
  readonly hangAfterMs: number | undefined;
  /** The listener fails as if the address could not be bound. */
  readonly bindFail: boolean;
  /** Ends at once with this code. */
  readonly exit: number | undefined;
  /** Ends with code 1 so long after its start, whatever it does then. */
  readonly crashAfterMs: number | undefined;
  /** Waits so long before it does anything. */
  readonly slowMs: number;
  /** Answers every request so late. */
  readonly slowAnswersMs: number;
  /** Answers every request with this status. */
  readonly status: number | undefined;
  /** A device service that never sends an event; a core-data that publishes none; an app service that exports none. */
  readonly mute: boolean;
  /** core-metadata makes no callback; as if the Service never led to the device service in time. */
  readonly noCallback: boolean;
}

const names = ['hang', 'bind-fail', 'exit', 'crash-after', 'slow', 'slow-answers', 'status', 'mute', 'no-callback'];

/** Reads `hang`, `hang:20000`, `exit:3`, `slow:2000,mute`. Throws on a name or number that it doesn't know: a typo must not pass a test. */
export function parseFaults(text: string | undefined): Faults {
  const given = new Map<string, number | undefined>();
  for (const part of (text ?? '').split(',').filter((item) => item !== '')) {
    const [name = '', value] = part.trim().split(':');
    const number = value === undefined ? undefined : Number(value);
    if (!names.includes(name) || Number.isNaN(number)) throw new Error(`STANDIN_FAULT: unknown fault ${part}`);
    given.set(name, number);
  }
  return {
    hangAfterMs: given.has('hang') ? (given.get('hang') ?? 0) : undefined,
    bindFail: given.has('bind-fail'),
    exit: given.has('exit') ? (given.get('exit') ?? 1) : undefined,
    crashAfterMs: given.get('crash-after'),
    slowMs: given.get('slow') ?? 0,
    slowAnswersMs: given.get('slow-answers') ?? 0,
    status: given.get('status'),
    mute: given.has('mute'),
    noCallback: given.has('no-callback'),
  };
}

/** Whether this process answers no more. */
export function hangs({ hangAfterMs }: Faults): boolean {
  return hangAfterMs !== undefined && performance.now() >= hangAfterMs;
}
