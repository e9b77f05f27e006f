import * as z from 'zod';
import { verifyDocument } from './verify-json.ts';

/** What `verify --output json` gives. docs/verify.schema.json is made from this; a test holds it to be a VerifyReport. */

const milliseconds = z.number().min(0);
const instant = milliseconds.describe('Milliseconds since 1970.');
const amount = z.int().min(0);

const check = z
  .strictObject({
    code: z.string().describe('Names the check; never used again for something else.'),
    category: z.enum(['machine', 'cluster', 'storage', 'consul', 'services', 'data', 'export']),
    title: z.string().describe('What holds when it passes.'),
    level: z.enum(['fatal', 'error', 'warning']),
    outcome: z.enum(['passed', 'failed', 'skipped']),
    detail: z.string().optional().describe('The finding in one line, with its figures.'),
    evidence: z.array(z.string()).optional().describe('What the finding rests on, line by line.'),
    hint: z.string().optional().describe('The next step; only of a check that failed.'),
    elapsedMs: milliseconds,
  })
  .describe('One check, carried out.');

const service = z.strictObject({
  name: z.string(),
  version: z.string().optional().describe("As it answers itself; absent when it doesn't."),
  image: z.string(),
  isReady: z.boolean(),
  restarts: amount,
  sinceMs: instant.optional().describe('Since when its newest pod is there, in milliseconds since 1970.'),
  node: z.string().optional(),
  addresses: z.array(
    z.strictObject({
      name: z.string(),
      port: z.int().min(1).max(65535),
      address: z.string().describe("Host and port, as they are reached from the cluster's nodes and pods."),
    }),
  ),
});

const timeline = z
  .strictObject({
    service: z.string(),
    createdMs: instant,
    gatesPassedMs: instant.optional(),
    startedMs: instant.optional(),
    readyMs: instant.optional(),
    waitsFor: z.array(z.string()).describe('The services whose answers its gates wait for.'),
    restarts: amount,
  })
  .describe("How a service's newest pod came up. Milliseconds since 1970, by the node's clock.");

const events = z.strictObject({
  samples: z
    .array(z.strictObject({ atMs: milliseconds, count: amount }))
    .describe('The count since the first look, in the order of time.'),
  perMinute: z.number().min(0),
  expectedPerMinute: z.number().min(0).optional(),
  devices: z.array(z.strictObject({ name: z.string(), count: amount })),
});

const cluster = z.strictObject({
  version: z.string(),
  distribution: z.string(),
  nodes: z.array(z.strictObject({ name: z.string(), architecture: z.string(), isReady: z.boolean() })),
});

export const verifyReportSchema = z
  .strictObject({
    apiVersion: z.literal(verifyDocument.apiVersion),
    kind: z.literal(verifyDocument.kind),
    verdict: z.enum(['passed', 'failed']),
    counts: z.strictObject({ passed: amount, failed: amount, skipped: amount, warnings: amount }),
    version: z.string().describe('Of edgex-boot.'),
    startedMs: instant,
    elapsedMs: milliseconds,
    site: z.string().optional().describe('The name that its site file gives it.'),
    namespace: z.string(),
    cluster: cluster.optional().describe("Absent where the cluster didn't answer."),
    release: z.strictObject({ name: z.string(), version: z.string() }),
    machine: z
      .strictObject({ hostname: z.string(), architecture: z.string(), isNode: z.boolean() })
      .describe('The machine that edgex-boot ran on.'),
    checks: z.array(check).describe('In the order in which they are shown.'),
    services: z.array(service),
    timelines: z.array(timeline),
    events: events.optional().describe('How often events came while it was watched.'),
  })
  .describe('Everything that edgex-boot verify found.');
