import type { ProbeRow } from './release.ts';

/**
 * Three probes for every service. The start-up probe gives a slow start its time and lets the two others begin;
 * readiness takes a service out of its Service while it doesn't answer; liveness restarts a process that is alive
 * without a listener, which is how several Fuji services fail.
 */
const defaults = {
  startup: { periodSeconds: 1, timeoutSeconds: 5, failures: 90 },
  readiness: { periodSeconds: 5, timeoutSeconds: 5, failures: 3 },
  liveness: { periodSeconds: 10, timeoutSeconds: 5, failures: 3 },
} as const;

/** The probe of a container, from its row. `port` is the service's main port. */
export function renderProbe(kind: keyof typeof defaults, row: ProbeRow, port: number): Record<string, unknown> {
  const fallback = defaults[kind];
  return {
    ...handler(row, port),
    periodSeconds: row.periodSeconds ?? fallback.periodSeconds,
    timeoutSeconds: row.timeoutSeconds ?? fallback.timeoutSeconds,
    failureThreshold: row.failures ?? fallback.failures,
  };
}

function handler(row: ProbeRow, port: number): Record<string, unknown> {
  if (row.http !== undefined) return { httpGet: { path: row.http, port } };
  if (row.tcp !== undefined) return { tcpSocket: { port: row.tcp } };
  return { exec: { command: row.exec } };
}
