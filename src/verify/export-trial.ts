import type { BrokerAddress } from '../mqtt/address.ts';
import type { Broker } from '../mqtt/client.ts';
import type { ExportFlow } from './export-flow.ts';
import type { Difference } from './export-settings.ts';

/**
 * One run of events from their source through core-data and the export service to a broker and back to us. Each step
 * is carried out when it is first asked for, after those that it stands on, and keeps its result.
 * @throws BootError with what keeps it from being carried out
 */
export interface ExportTrial {
  /** Finds a broker, or starts one. */
  broker(): Promise<TrialBroker>;
  /** Connects to it from here, and subscribes. */
  connection(): Promise<Pick<Broker, 'version'>>;
  /** Rolls the export service out where it isn't, and waits until it is ready. */
  service(): Promise<{ readonly name: string; readonly wasThere: boolean }>;
  /** What the running service has otherwise than it should. */
  settings(): Promise<SettingsComparison>;
  /** Listens. */
  flow(): Promise<TrialFlow>;
  /** Takes away what was started, unless it is to stay. Throws nothing: what is left is told as a warning. */
  close(): Promise<void>;
}

/** given: by whoever asked for the check. configured: of the export service that is there. The last two are our own. */
export type BrokerOrigin = 'given' | 'configured' | 'found' | 'host' | 'cluster';

export interface TrialBroker {
  /** As the pods see it. */
  readonly address: BrokerAddress;
  readonly origin: BrokerOrigin;
  readonly topic: string;
}

export interface SettingsComparison {
  readonly differences: readonly Difference[];
  /** Where the value stands that isn't taken over. */
  readonly wantedBy: 'environment' | 'registry' | 'options';
  /** The command that would set it right. */
  readonly remedy: string;
}

export interface TrialFlow extends ExportFlow {
  /** Looked for when no event came. */
  readonly silence?: Silence;
}

/** Why no event may have come. */
export interface Silence {
  /** Whether a pod gets a connection to the broker; with its last words where it doesn't. */
  readonly podReach: { readonly isReached: boolean; readonly words: string };
  /** The export service says that it can't connect. */
  readonly isComplaining: boolean;
  /** Whether what is published to the topic comes back to us; unknown where this user may not publish. */
  readonly canary: 'heard' | 'unheard' | 'unknown';
  /** The last lines of the export service's log. */
  readonly log: readonly string[];
}
