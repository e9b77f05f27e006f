import type { Deployment, KubeObject, Pod } from '../base/kube-types.ts';
import type { AgentState } from '../consul/health.ts';
import type { MachineHealth } from '../facts/machine-health.ts';
import type { ClusterFacts, StorageFacts } from '../facts/types.ts';
import type { HttpAnswer } from '../kube/types.ts';
import type { Release } from '../plan/release.ts';
import type { Stored } from '../plan/seed.ts';
import type { Plan, PlannedService, ServiceConfiguration } from '../plan/types.ts';
import type { ExportTrial } from './export-trial.ts';

/**
 * All that the checks of one run judge. Each fact is read when the first check asks for it, once, and shared. What the
 * user has no right to read, though the checks could do without, is undefined.
 * @throws BootError when a fact can't be had; the check that asked for it fails with that
 */
export interface VerifyFacts {
  readonly namespace: string;
  readonly release: Release;
  /** The services are asked by ClusterIP, or through the API server's proxy. */
  readonly way: 'direct' | 'proxy';
  /** The machine that the program runs on; undefined where it is no node of the cluster. */
  machine(): Promise<MachineHealth | undefined>;
  cluster(): Promise<ClusterFacts>;
  nodeHealth(): Promise<readonly NodeHealth[]>;
  dates(): Promise<DateFacts>;
  /** When each node last wrote its Lease, by its own clock, in milliseconds since 1970. */
  heartbeats(): Promise<readonly { readonly node: string; readonly renewedMs: number }[] | undefined>;
  dns(): Promise<DnsFacts | undefined>;
  missingRights(): Promise<MissingRights>;
  /** Prepares an installation, and changes nothing. */
  rehearsal(): Promise<string>;
  installation(): Promise<Installation>;
  /** What the installation should be, by its own record of what was chosen. */
  plan(): Promise<Plan>;
  storage(): Promise<StorageFacts>;
  /** By the kubelets; of a volume that was mounted only just now there may be none yet. */
  volumeSpace(): Promise<readonly VolumeSpace[] | undefined>;
  leader(): Promise<string>;
  agent(): Promise<AgentState>;
  settings(): Promise<Settings>;
  registrations(): Promise<readonly Registration[]>;
  services(): Promise<readonly ServiceFacts[]>;
  /** What each service says to the question of its readiness probe; by service, of those that have an HTTP one. */
  answers(): Promise<ReadonlyMap<string, Answer>>;
  versions(): Promise<ReadonlyMap<string, Answer>>;
  /** What the services that read and write the database say to a question that takes it; by service. */
  databaseAnswers(): Promise<ReadonlyMap<string, Answer>>;
  devices(): Promise<readonly DeviceFacts[]>;
  /** Looks for as long as the window is. */
  eventCounts(): Promise<readonly EventCount[]>;
  /** Read when the window is over, and before any device is. */
  recentEvents(): Promise<RecentEvents>;
  commands(): Promise<readonly { readonly device: string; readonly answer: Answer }[]>;
  feeds(): Promise<readonly FeedFacts[]>;
  /** Opened when it is asked for; nothing is done then yet. */
  exportTrial(): Promise<ExportTrial>;
}

/** The conditions of a node that aren't as they should be, apart from `Ready`. */
export interface NodeHealth {
  readonly node: string;
  readonly troubles: readonly { readonly type: string; readonly message: string }[];
}

/** Two clocks at the same moment, in milliseconds since 1970. */
export interface DateFacts {
  readonly serverMs: number;
  readonly machineMs: number;
}

export interface DnsFacts {
  /** The Service of the cluster's DNS; absent where there is none of the usual name. */
  readonly service?: string;
  readonly readyEndpoints: number;
}

export interface MissingRights {
  readonly asked: number;
  readonly missing: number;
  /** The roles that would grant them, ready to be applied. */
  readonly roles: readonly string[];
}

export interface Installation {
  readonly exists: boolean;
  readonly terminating: boolean;
  readonly version: string;
  /** As its record has it: `local:/var/lib/edgex`, `class:fast`. */
  readonly storage: string;
  /** When its last verification ended that was recorded, in milliseconds since 1970. */
  readonly verifiedMs?: number;
}

export interface VolumeSpace {
  readonly claim: string;
  readonly sizeBytes: number;
  readonly freeBytes: number;
  /** Absent for file systems that don't count them. */
  readonly inodes?: { readonly all: number; readonly free: number };
}

export interface Settings {
  readonly stored: Stored;
  /** What should be there, of every service: of those too that write their own. */
  readonly wanted: readonly ServiceConfiguration[];
}

/** A service as the registry knows it. */
export interface Registration {
  readonly name: string;
  readonly checks: readonly { readonly status: string; readonly output: string }[];
}

export interface ServiceFacts {
  readonly planned: PlannedService;
  readonly deployment?: Deployment;
  /** The Kubernetes Service of its name. */
  readonly service?: KubeObject;
  /** The newest one of its present template. */
  readonly pod?: Pod;
  readonly isReady: boolean;
  /** Why it isn't ready, in words of assets/causes.yaml. */
  readonly trouble?: { readonly cause: string; readonly evidence: readonly string[]; readonly hint?: string };
  /** By the node's clock, in milliseconds since 1970. */
  readonly readySinceMs?: number;
}

/** What came back for a question, or in one line why nothing did. */
export type Answer = HttpAnswer | { readonly silence: string };

export interface DeviceFacts {
  readonly service: string;
  readonly device: string;
  readonly isRegistered: boolean;
  /** To its service; of those that are registered. */
  readonly isKnown?: boolean;
}

/** How many events there are, at a moment since the first look. */
export interface EventCount {
  readonly atMs: number;
  readonly count: number;
}

/** The events of the last minutes, whichever device they are from. Times by the cluster's clock, since 1970. */
export interface RecentEvents {
  readonly events: readonly { readonly device: string; readonly createdMs: number }[];
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** The way of events from one service to another past the registry. */
export interface FeedFacts {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly isListening: boolean;
  /** What was seen there, in one line. */
  readonly detail: string;
}
