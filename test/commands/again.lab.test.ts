import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { BootEvent } from '../../src/base/events.ts';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import {
  boot,
  doneEvent,
  eventCount,
  eventually,
  failureEvent,
  inNamespace,
  install,
  installUntil,
} from '../support/boot.ts';
import { fujiPlan } from '../support/fuji.ts';
import {
  allReady,
  ask,
  deleteKeys,
  devices,
  keyVersions,
  objectVersions,
  readKey,
  smallWith,
  writeKey,
} from '../support/services.ts';

/** There is no progress file: the cluster and Consul are the state, so any run goes on from what it finds. */

labTest('install, again and again', async (lab, context) => {
  await Promise.all([
    context.test('on a system that is there', (test) => onHealthySystem(test, lab)),
    context.test('after a kill at any moment', () => afterKills(lab)),
    context.test('after a signal to end', (test) => afterSignals(test, lab)),
  ]);
});

const data = 'edgex/core/1.0/edgex-core-data';
const logLevel = `${data}/Writable/LogLevel`;

function seededKept({ events }: { readonly events: readonly BootEvent[] }): readonly string[] {
  return events.flatMap((event) => (event.type === 'seeded' ? event.kept : []));
}

async function onHealthySystem(test: TestContext, lab: Lab): Promise<void> {
  const namespace = 'mis-again';
  const inIt = ['--namespace', namespace];
  await inNamespace(lab, namespace, async () => {
    await install(lab, namespace, '--database', 'redis');

    await test.test('a second run makes no write, and says so', async () => {
      const [objects, keys] = [await objectVersions(lab, namespace), await keyVersions(lab, namespace)];
      assert.ok(Object.keys(objects).length > 30 && Object.keys(keys).length > 400);
      assert.equal(doneEvent(await install(lab, namespace)).writes, 0);
      const { code, stderr } = await boot(lab, ['install', ...inIt, '--no-verify', '--output', 'text']);
      assert.equal(code, 0);
      assert.match(stderr, /nothing to change; healthy: EdgeX 1\.1\.0 runs in namespace mis-again/);
      assert.deepEqual(await objectVersions(lab, namespace), objects);
      assert.deepEqual(await keyVersions(lab, namespace), keys);
    });

    await test.test('plan says that there is nothing to change', async () => {
      const { code, stdout } = await boot(lab, ['plan', ...inIt]);
      assert.deepEqual({ code, stdout }, { code: 0, stdout: 'nothing to change\n' });
    });

    await test.test('a key that a person changed is kept and told, one that was deleted comes back', async () => {
      await writeKey(lab, namespace, logLevel, 'DEBUG');
      await deleteKeys(lab, namespace, `${data}/Service/Port`);
      const { stdout } = await boot(lab, ['plan', ...inIt]);
      assert.match(stdout, /= .*Writable\/LogLevel: "DEBUG" \(kept as people set it, instead of "INFO"\)/);
      assert.match(stdout, /\+ .*edgex-core-data\/Service\/Port: "48080"/);
      assert.match(stdout, /\d+ objects unchanged; 1 key to write, 1 kept as people set them/);
      const run = await install(lab, namespace, '--no-verify');
      assert.equal(doneEvent(run).writes, 1);
      assert.deepEqual(seededKept(run), [logLevel]);
      assert.equal(await readKey(lab, namespace, logLevel), 'DEBUG');
      assert.equal(await readKey(lab, namespace, `${data}/Service/Port`), '48080');
    });

    await test.test('what somebody deleted comes back', async () => {
      const names = ['deployment/edgex-core-command', 'service/edgex-core-data', 'configmap/edgex-boot'];
      await lab.kubectl(['delete', '-n', namespace, ...names]);
      const { events } = await install(lab, namespace);
      const created = events.flatMap((event) =>
        event.type === 'applied' && event.action === 'created' ? [event.object] : [],
      );
      assert.deepEqual(created.toSorted(), names.toSorted());
    });

    await test.test('a service that is left out goes, and its claim stays', async () => {
      await install(lab, namespace, '--without', 'ui,logging', '--no-verify');
      const left = await objectVersions(lab, namespace);
      for (const name of ['edgex-ui-go', 'edgex-support-logging']) {
        assert.equal(left[`Deployment/${name}`], undefined);
        assert.equal(left[`Service/${name}`], undefined);
      }
      assert.ok(left['PersistentVolumeClaim/log-data']);
      assert.ok(left[`PersistentVolume/edgex-${namespace}-log-data`]);
      assert.equal(doneEvent(await install(lab, namespace, '--without', 'ui,logging', '--no-verify')).writes, 0);
    });

    await test.test('a Consul that lost its data gets settings and registrations again', async () => {
      const lose = 'rm -rf /consul/data/*; kill 1';
      await lab.kubectl(['exec', '-n', namespace, 'deployment/edgex-core-consul', '--', 'sh', '-c', lose]);
      // Its gate waits for a registration that nobody makes any more.
      await lab.kubectl(['delete', 'pod', '-n', namespace, '-l', 'org.edgexfoundry.service=edgex-core-command']);
      await install(lab, namespace);
      assert.equal(await readKey(lab, namespace, logLevel), 'INFO');
      const registered = JSON.parse(await ask(lab, namespace, 'edgex-core-consul', '/v1/agent/services'));
      const expected = fujiPlan({ database: 'redis' }).services.flatMap(({ row }) => row.registration ?? []);
      assert.deepEqual(Object.keys(registered).toSorted(), expected.toSorted());
      assert.equal(doneEvent(await install(lab, namespace, '--no-verify')).writes, 0);
    });
  });
}

type Moment = readonly [what: string, is: (event: BootEvent) => boolean];

const isStage =
  (stage: string) =>
  (event: BootEvent): boolean =>
    event.type === 'stage' && event.stage === stage;
const isApplied =
  (object: RegExp) =>
  (event: BootEvent): boolean =>
    event.type === 'applied' && object.test(event.object);

/** Each is later than the one before, so each run has to come past the place where the one before was killed. */
const moments: readonly Moment[] = [
  ['while it plans', isStage('plan')],
  ['when the namespace is made', isApplied(/^namespace\//)],
  ['between the volumes and the directories', isApplied(/^persistentvolumeclaim\//)],
  ['between the workloads', isApplied(/^deployment\//)],
  ['while it seeds', (event) => event.type === 'seeded'],
  ['when the last service is ready', isStage('verify')],
];

async function afterKills(lab: Lab): Promise<void> {
  const namespace = 'mis-killed';
  const args = smallWith('redis', 'device-virtual', 'scheduler');
  await inNamespace(lab, namespace, async () => {
    for (const [what, isMoment] of moments) {
      const { signal, stdout } = await installUntil(lab, namespace, isMoment, (kill) => kill('SIGKILL'), ...args);
      assert.equal(signal, 'SIGKILL', `${what}: it was not killed\n${stdout}`);
    }
    await install(lab, namespace, ...args);
    for (const device of devices) {
      await eventually(
        `${device} sends`,
        () => eventCount(lab, namespace, device),
        (count) => count > 0,
      );
    }
    assert.equal(doneEvent(await install(lab, namespace, ...args)).writes, 0);
    const pods = JSON.parse(await lab.kubectl(['get', 'pods', '-n', namespace, '-o', 'json']));
    assert.equal(pods.items.length, (await allReady(lab, namespace)).length, 'no pod is left behind');
  });
}

const endings = [
  { signal: 'SIGTERM', code: 143, isMoment: isStage('rollout') },
  { signal: 'SIGINT', code: 130, isMoment: (event: BootEvent) => event.type === 'seeded' },
  { signal: 'SIGTERM', code: 143, isMoment: isStage('verify') },
] as const;

async function afterSignals(test: TestContext, lab: Lab): Promise<void> {
  const namespace = 'mis-stopped';
  const args = smallWith('redis', 'device-virtual');
  await inNamespace(lab, namespace, async () => {
    for (const { signal, code, isMoment } of endings) {
      await test.test(`${signal} ends it within 5 s with ${code}, and it says how to go on`, async () => {
        const run = await installUntil(lab, namespace, isMoment, (kill) => kill(signal), ...args);
        assert.equal(run.code, code, run.stdout);
        assert.ok(run.sinceMs < 5_000, `${run.sinceMs} ms`);
        const { cause, hint } = failureEvent(run);
        assert.match(cause, new RegExp(`stopped by ${signal}; what is applied stays`));
        assert.match(hint ?? '', /Run it again: it goes on where it stopped/);
      });
    }
    await install(lab, namespace, ...args);
  });
}
