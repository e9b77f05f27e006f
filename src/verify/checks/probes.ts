import type { VerifyFacts } from '../facts.ts';
import type { Probe } from '../run-checks.ts';
import { clusterProbes } from './cluster.ts';
import { consulProbes } from './consul.ts';
import { dataProbes } from './data.ts';
import { exportProbes } from './export.ts';
import { machineProbes } from './machine.ts';
import { servicesProbes } from './services.ts';
import { storageProbes } from './storage.ts';

/** Code of a check to its probe; each has a row in assets/checks.yaml. */
export const probes: Readonly<Record<string, Probe<VerifyFacts>>> = {
  ...machineProbes,
  ...clusterProbes,
  ...storageProbes,
  ...consulProbes,
  ...servicesProbes,
  ...dataProbes,
  ...exportProbes,
};
