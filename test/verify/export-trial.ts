import type { ExportTrial, TrialBroker, TrialFlow } from '../../src/verify/export-trial.ts';

/** A trial of the export in which all goes well, but for what a test changes. */
export function healthyTrial(changes: Partial<ExportTrial> = {}): ExportTrial {
  return {
    broker: async () => broker,
    connection: async () => ({ version: '5' }),
    service: async () => ({ name: 'exporter', wasThere: false }),
    settings: async () => ({ differences: [], wantedBy: 'registry', remedy: '' }),
    flow: async () => healthyFlow,
    close: async () => {},
    ...changes,
  };
}

export const broker: TrialBroker = {
  address: { host: '10.0.0.7', port: 1883, isTls: false },
  origin: 'given',
  topic: 'plant/events',
};

export const healthyFlow: TrialFlow = {
  firstEventMs: 2_300,
  elapsedMs: 14_000,
  devices: [
    { device: 'pump', stored: 4, arrived: 4 },
    { device: 'valve', stored: 2, arrived: 2 },
  ],
  latency: { medianMs: 12, maxMs: 48 },
  dismissed: { retained: 0, old: 0, foreign: 0 },
  stored: 8,
};

const { firstEventMs: _, latency: __, ...rest } = healthyFlow;

/** No event came, though all looked well from both ends. */
export const silentFlow: TrialFlow = {
  ...rest,
  devices: [],
  silence: {
    podReach: { isReached: true, words: 'done: 10.0.0.7 to accept on port 1883' },
    isComplaining: false,
    canary: 'heard',
    log: ['log of exporter:', '  started'],
  },
};
