import type { BootErrorDetails } from './errors.ts';

/** Where an object of the rollout stands. `seeded` and `answering` are the application's own words, not Kubernetes'. */
export type ServiceState =
  | 'waiting' // for something it needs
  | 'starting' // its needs are met; its pod is on the way
  | 'pulling' // its image is on the way
  | 'ready' // its pod is ready
  | 'failed';

/**
 * What the stages tell while they work. Reporters subscribe; a stage never prints.
 * Every event is plain data, so that `--output json` is one JSON document a line.
 */
export type BootEvent =
  | { readonly type: 'stage'; readonly stage: Stage; readonly message: string }
  | { readonly type: 'fact'; readonly name: string; readonly value: string }
  | { readonly type: 'warning'; readonly object: string; readonly message: string; readonly hint?: string }
  | { readonly type: 'applied'; readonly object: string; readonly action: ApplyAction }
  | {
      readonly type: 'service';
      readonly service: string;
      readonly state: ServiceState;
      /** What it waits for or why it failed, in one line. */
      readonly reason?: string;
      /** Since the rollout began. */
      readonly elapsedMs: number;
    }
  | { readonly type: 'seeded'; readonly service: string; readonly written: number; readonly kept: readonly string[] }
  | { readonly type: 'heartbeat'; readonly waitingFor: readonly string[]; readonly elapsedMs: number }
  /** What stays where much is taken away, and why. */
  | { readonly type: 'kept'; readonly object: string; readonly reason: string }
  | { readonly type: 'failure'; readonly error: BootErrorDetails }
  | {
      readonly type: 'done';
      readonly message: string;
      readonly writes: number;
      /** To the API server, reads and repeated ones included. */
      readonly requests?: number;
      readonly elapsedMs: number;
      /** What is installed was seen to work. */
      readonly isHealthy?: true;
    };

export type Stage = 'facts' | 'plan' | 'apply' | 'rollout' | 'seed' | 'verify' | 'remove' | 'purge' | 'stop' | 'copy';

export type ApplyAction = 'created' | 'changed' | 'unchanged' | 'deleted';

/** A subscriber to the stages' events. */
export type Emit = (event: BootEvent) => void;
