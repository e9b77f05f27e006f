/** What a verification finds: plain data, from which each form of the report is made. */

/** fatal: what comes after it makes no sense. warning: doesn't change the verdict, unless warnings are to count. */
export type CheckLevel = 'fatal' | 'error' | 'warning';

/** The categories in the order in which they are run and shown. */
export const checkCategories = ['machine', 'cluster', 'storage', 'consul', 'services', 'data', 'export'] as const;
export type CheckCategory = (typeof checkCategories)[number];

export type CheckOutcome =
  | 'passed'
  | 'failed'
  /** It makes no sense here, its detail says why; or a fatal one failed before it. */
  | 'skipped';

/** One check, carried out. */
export interface CheckResult {
  /** As in assets/checks.yaml: `events-arrive`. */
  readonly code: string;
  readonly category: CheckCategory;
  /** What holds when it passes. */
  readonly title: string;
  readonly level: CheckLevel;
  readonly outcome: CheckOutcome;
  /** The finding in one line, with its figures: of a check that passed, too. */
  readonly detail?: string;
  /** What the finding rests on, line by line. */
  readonly evidence?: readonly string[];
  /** The next step; only of a check that failed. */
  readonly hint?: string;
  readonly elapsedMs: number;
}

/** How often events came while it was watched. */
export interface EventRate {
  /** The count since the first look, in the order of time; from these the chart is drawn. */
  readonly samples: readonly { readonly atMs: number; readonly count: number }[];
  readonly perMinute: number;
  /** Of the installed device services together; absent where the release doesn't know it. */
  readonly expectedPerMinute?: number;
  /** With those that were silent. */
  readonly devices: readonly { readonly name: string; readonly count: number }[];
}

/** How a service's newest pod came up. Milliseconds since 1970, by the node's clock. */
export interface ServiceTimeline {
  readonly service: string;
  readonly createdMs: number;
  /** When its gates let it pass; absent while they don't, or where it has none. */
  readonly gatesPassedMs?: number;
  readonly startedMs?: number;
  readonly readyMs?: number;
  /** The services whose answers its gates wait for. */
  readonly waitsFor: readonly string[];
  readonly restarts: number;
}

export interface ServiceSummary {
  readonly name: string;
  /** As it answers itself; absent when it doesn't. */
  readonly version?: string;
  readonly image: string;
  readonly isReady: boolean;
  readonly restarts: number;
  /** Since when its newest pod is there, in milliseconds since 1970. */
  readonly sinceMs?: number;
  readonly node?: string;
  readonly addresses: readonly ServiceAddress[];
}

/** Where a service is reached. */
export interface ServiceAddress {
  readonly name: string;
  readonly port: number;
  /** `10.43.0.12:48080` from the cluster's nodes and pods. */
  readonly address: string;
}

/** Everything that a verification found. */
export interface VerifyReport {
  readonly verdict: 'passed' | 'failed';
  readonly counts: Readonly<Record<CheckOutcome | 'warnings', number>>;
  /** Of this program. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly elapsedMs: number;
  /** The site's name; absent where no site file gives one. */
  readonly site?: string;
  readonly namespace: string;
  /** Absent where the cluster didn't answer. */
  readonly cluster?: {
    readonly version: string;
    readonly distribution: string;
    readonly nodes: readonly { readonly name: string; readonly architecture: string; readonly isReady: boolean }[];
  };
  readonly release: { readonly name: string; readonly version: string };
  /** Of the machine that it ran on. */
  readonly machine: { readonly hostname: string; readonly architecture: string; readonly isNode: boolean };
  readonly checks: readonly CheckResult[];
  readonly services: readonly ServiceSummary[];
  readonly timelines: readonly ServiceTimeline[];
  readonly events?: EventRate;
}
