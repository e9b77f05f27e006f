export type Level = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

export interface Entry {
  readonly originService: string;
  readonly logLevel: Level;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly created: number;
}

export interface Log {
  readonly debug: (message: string) => void;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly error: (message: string) => void;
  /** From now on every entry also goes there; core services send theirs to support-logging. */
  readonly alsoTo: (sink: (entry: Entry) => void) => void;
}

/** One line of a Fuji service's log. */
export function formatEntry(entry: Entry): string {
  const time = new Date(entry.created).toISOString();
  return `level=${entry.logLevel} ts=${time} app=${entry.originService} source=standin msg=${JSON.stringify(entry.message)}`;
}

/** Writes entries of level INFO and above, one a line. */
export function makeLog(app: string, write: (line: string) => void): Log {
  const sinks: ((entry: Entry) => void)[] = [];
  const at = (logLevel: Level) => (message: string) => {
    const entry = { originService: app, logLevel, message, created: Date.now() };
    write(`${formatEntry(entry)}\n`);
    for (const sink of sinks) sink(entry);
  };
  return {
    debug: () => undefined,
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
    alsoTo: (sink) => sinks.push(sink),
  };
}
