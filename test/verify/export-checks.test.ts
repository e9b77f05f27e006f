import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { BrokerError } from '../../src/mqtt/trouble.ts';
import { exportProbes } from '../../src/verify/checks/export.ts';
import { loadChecks } from '../../src/verify/checks.ts';
import type { ExportTrial, Silence, TrialFlow } from '../../src/verify/export-trial.ts';
import { runChecks } from '../../src/verify/run-checks.ts';
import type { CheckResult } from '../../src/verify/types.ts';
import { broker, healthyFlow, healthyTrial, silentFlow } from './export-trial.ts';

const rows = loadChecks().filter(({ category }) => category === 'export');

async function check(trial: ExportTrial): Promise<Readonly<Record<string, CheckResult>>> {
  const results = await runChecks({
    rows,
    probes: exportProbes,
    facts: { exportTrial: async () => trial },
    clock: systemClock,
    signal: new AbortController().signal,
    words: async () => ({ namespace: 'edgex', exporter: 'exporter' }),
  });
  return Object.fromEntries(results.map((result) => [result.code, result]));
}

interface Case {
  readonly what: string;
  readonly trial: Partial<ExportTrial>;
  readonly detail: RegExp;
  readonly hint: RegExp;
  readonly evidence?: RegExp;
}

function refuses(trouble: ConstructorParameters<typeof BrokerError>[0]): () => Promise<never> {
  return () => Promise.reject(new BrokerError(trouble, 'mqtt://10.0.0.7:1883'));
}

function silentWith(flow: Partial<TrialFlow>, silence: Partial<Silence> = {}): Pick<ExportTrial, 'flow'> {
  const own = silentFlow.silence;
  assert.ok(own);
  return { flow: async () => ({ ...silentFlow, ...flow, silence: { ...own, ...silence } }) };
}

/** Code to what makes the check fail, and what it says then. */
const failures: Readonly<Record<string, readonly Case[]>> = {
  'export-broker': [
    { what: 'none can be started', trial: { broker: refuses('other') }, detail: /connection failed/, hint: /log/ },
  ],
  'export-connects': [
    { what: 'it refuses', trial: { connection: refuses('refused') }, detail: /nothing listens/, hint: /host and port/ },
    {
      what: 'a wrong password',
      trial: { connection: refuses('password') },
      detail: /let this user in/,
      hint: /--mqtt-password-file/,
    },
    {
      what: 'a denied topic',
      trial: { connection: refuses('topic') },
      detail: /not read the topic/,
      hint: /access list/,
    },
  ],
  'export-service': [
    { what: 'it is not ready', trial: { service: refuses('other') }, detail: /mqtt:\/\/10.0.0.7:1883/, hint: /./ },
  ],
  'export-configured': [
    {
      what: 'the environment says otherwise',
      trial: {
        settings: async () => ({
          differences: [{ field: 'Topic', wanted: 'new', found: 'old' }],
          wantedBy: 'environment',
          remedy: 'edgex-boot install --set exporter/Topic=new',
        }),
      },
      detail: /environment, which Fuji reads at the very first start only.*Topic is old, not new/,
      hint: /--set exporter\/Topic=new/,
    },
    {
      what: 'the registry says otherwise',
      trial: {
        settings: async () => ({
          differences: [{ field: 'Address', wanted: '10.0.0.7', found: '' }],
          wantedBy: 'registry',
          remedy: 'restart',
        }),
      },
      detail: /not as Consul says: Address is empty, not 10.0.0.7/,
      hint: /restart/,
    },
  ],
  'export-reachable': [
    {
      what: 'pods get no connection',
      trial: silentWith({}, { podReach: { isReached: false, words: 'waiting for 10.0.0.7' }, isComplaining: true }),
      detail: /pods get no connection to mqtt:\/\/10.0.0.7:1883, though it can be reached from here/,
      hint: /firewall/,
      evidence: /waiting for 10.0.0.7/,
    },
    {
      what: 'pods get a connection, and the service still complains',
      trial: silentWith({}, { isComplaining: true }),
      detail: /is not let in/,
      hint: /user and password/,
      evidence: /started/,
    },
  ],
  'export-arrives': [
    {
      what: 'nothing is published',
      trial: silentWith({}),
      detail: /none in 14 s, though 8 were stored: the export service publishes nothing/,
      hint: /logs deployment\/exporter/,
      evidence: /started/,
    },
    { what: 'nothing is stored', trial: silentWith({ stored: 0 }), detail: /nothing to export/, hint: /category data/ },
    {
      what: 'the broker passes nothing on',
      trial: silentWith({}, { canary: 'unheard' }),
      detail: /may not read topic plant\/events: the broker silently passes nothing on/,
      hint: /access list/,
    },
    {
      what: 'only old events come',
      trial: silentWith({ dismissed: { retained: 1, old: 5, foreign: 2, newestOldMs: 0 } }),
      detail: /made after the start by its own clock, though 5 came/,
      hint: /clocks/,
      evidence: /1 retained by the broker.*\n5 made before the start, the newest at 1970.*\n2 that are no events/,
    },
  ],
  'export-complete': [
    {
      what: 'events are lost',
      trial: { flow: async () => ({ ...healthyFlow, devices: [{ device: 'pump', stored: 4, arrived: 1 }] }) },
      detail: /3 of 4 did not come/,
      hint: /what it dropped/,
      evidence: /pump: 4 stored, 1 came/,
    },
  ],
};

it('has a case for each check', () => {
  assert.deepEqual(
    Object.keys(failures),
    rows.map(({ code }) => code),
  );
});

it('passes where all goes well, with figures', async () => {
  const results = await check(healthyTrial());
  for (const { code, outcome, detail } of Object.values(results)) assert.equal(outcome, 'passed', `${code}: ${detail}`);
  assert.equal(results['export-broker']?.detail, 'mqtt://10.0.0.7:1883, as given');
  assert.equal(results['export-connects']?.detail, 'MQTT 5, topic plant/events');
  assert.equal(
    results['export-arrives']?.detail,
    'the first after 2.3 s, 12 ms on the way (at most 48 ms); pump 4, valve 2',
  );
  assert.equal(results['export-complete']?.detail, 'all 6 that core-data has stored');
});

it('tells where the broker and the export service are from', async () => {
  const results = await check(
    healthyTrial({
      broker: async () => ({ ...broker, origin: 'cluster' }),
      service: async () => ({ name: 'exporter', wasThere: true }),
    }),
  );
  assert.match(results['export-broker']?.detail ?? '', /started in the cluster/);
  assert.match(results['export-service']?.detail ?? '', /which was there/);
});

for (const [code, own] of Object.entries(failures)) {
  describe(code, () => {
    for (const { what, trial, detail, hint, evidence } of own) {
      it(`fails, and nothing else: ${what}`, async () => {
        const results = await check(healthyTrial(trial));
        const failed = Object.values(results).filter(({ outcome }) => outcome === 'failed');
        assert.deepEqual(
          failed.map((result) => result.code),
          [code],
        );
        assert.match(failed[0]?.detail ?? '', detail);
        assert.match(failed[0]?.hint ?? '', hint);
        if (evidence) assert.match((failed[0]?.evidence ?? []).join('\n'), evidence);
      });
    }
  });
}
