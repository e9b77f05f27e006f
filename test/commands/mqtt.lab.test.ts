import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { CheckResult, VerifyReport } from '../../src/verify/types.ts';
import { hostIp } from '../lab/addresses.ts';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import { makeAuthority } from '../mqtt/certificates.ts';
import { mosquittoHome } from '../mqtt/mosquitto.ts';
import { boot, eventually, inNamespace, install, installUntil } from '../support/boot.ts';
import { keyVersions, objectVersions, smallWith } from '../support/services.ts';

/** The whole way of events to a broker, and that nothing is left of what was started to follow them. */

const exporter = 'edgex-app-service-configurable-mqtt-export';
const addressable = 'Writable/Pipeline/Functions/MQTTSend/Addressable';
const small = smallWith('redis', 'device-virtual');

interface Verification {
  readonly code: number | null;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

async function verifyExport(lab: Lab, namespace: string, ...args: readonly string[]): Promise<Verification> {
  const run = await boot(lab, ['verify', '-n', namespace, '--only', 'export', '--output', 'json', ...args]);
  assert.match(run.stdout, /^\{/, run.stderr);
  const { checks } = JSON.parse(run.stdout) as VerifyReport;
  return { code: run.code, checks: Object.fromEntries(checks.map((check) => [check.code, check])) };
}

/** The checks that failed, which is at most one. */
function failureOf({ code, checks }: Verification): CheckResult | undefined {
  const failed = Object.values(checks).filter(({ outcome }) => outcome === 'failed');
  assert.equal(code, failed.length > 0 ? 6 : 0);
  assert.ok(failed.length <= 1, JSON.stringify(failed));
  return failed[0];
}

/** What is left behind would show in these: our objects, and the registry's keys. */
async function traces(lab: Lab, namespace: string): Promise<readonly string[]> {
  const [objects, keys] = await Promise.all([objectVersions(lab, namespace), keyVersions(lab, namespace)]);
  return [...Object.keys(objects), ...Object.keys(keys)].sort();
}

async function inventory(lab: Lab, namespace: string): Promise<string> {
  return lab.kubectl(['get', 'configmap', 'edgex-boot', '-n', namespace, '-o', 'jsonpath={.data.objects}']);
}

async function removesWhatItStarted(lab: Lab, context: TestContext): Promise<void> {
  const namespace = 'mq-way';
  await inNamespace(lab, namespace, async () => {
    await install(lab, namespace, ...small);
    const [before, listed] = await Promise.all([traces(lab, namespace), inventory(lab, namespace)]);
    const isAsBefore = async (): Promise<void> => {
      await eventually(
        'nothing is left',
        () => traces(lab, namespace),
        (now) => JSON.stringify(now) === JSON.stringify(before),
      );
      assert.equal(await inventory(lab, namespace), listed);
    };

    await context.test('with a broker of its own', async () => {
      const found = await verifyExport(lab, namespace, '--mqtt');
      assert.equal(failureOf(found), undefined);
      assert.match(found.checks['export-broker']?.detail ?? '', /started in the cluster/);
      assert.match(found.checks['export-arrives']?.detail ?? '', /the first after .* Random-Boolean-Device \d/);
      assert.match(found.checks['export-complete']?.detail ?? '', /all [1-9]\d* that core-data has stored/);
      await isAsBefore();
    });

    await context.test('interrupted half way', async () => {
      const run = await installUntil(
        lab,
        namespace,
        (event) => event.type === 'seeded' && event.service === exporter,
        (kill) => kill('SIGINT'),
        ...small,
        '--mqtt-check',
      );
      assert.equal(run.code, 130);
      await isAsBefore();
    });

    await context.test('with a broker that pods do not know by that name', async (each) => {
      const home = await mosquittoHome(each);
      const { port } = await home.start(['allow_anonymous true'], '127.0.0.1');
      const failed = failureOf(await verifyExport(lab, namespace, '--mqtt', `mqtt://${hostname()}:${port}`));
      assert.equal(failed?.code, 'export-reachable');
      assert.match(failed.detail ?? '', /pods get no connection to .*, though it can be reached from here/);
      await isAsBefore();
    });
  });
}

async function goesByWhatIsThere(lab: Lab, context: TestContext): Promise<void> {
  const namespace = 'mq-own';
  const home = await mosquittoHome(context);
  await inNamespace(lab, namespace, async () => {
    await install(lab, namespace, ...small);

    await context.test('with a broker that wants certificates', async () => {
      const authority = makeAuthority(join(home.directory, 'authority'));
      const server = authority.sign(`IP:${hostIp}`);
      const client = authority.sign('DNS:client');
      const tls = [`cafile ${authority.certificate}`, `certfile ${server.cert}`, `keyfile ${server.key}`];
      const { port } = await home.start(['allow_anonymous true', ...tls, 'require_certificate true'], hostIp);
      const pair = ['--mqtt-cert', client.cert, '--mqtt-key', client.key];
      const url = `mqtts://${hostIp}:${port}`;
      const found = await verifyExport(lab, namespace, '--mqtt', url, '--mqtt-ca', authority.certificate, ...pair);
      assert.equal(failureOf(found), undefined);
      await eventually(
        'its key is gone',
        () => lab.kubectl(['get', 'secrets', '-n', namespace, '-o', 'name']),
        (names) => names === '',
      );
    });

    const { port } = await home.start(['allow_anonymous true'], hostIp);
    const settings = { Address: hostIp, Port: port, Topic: 'plant/events' };
    const sets = Object.entries(settings).flatMap(([field, value]) => [
      '--set',
      `mqtt-export/${addressable}/${field}=${value}`,
    ]);
    await install(lab, namespace, ...small, '--with', 'mqtt-export', ...sets);
    const versionOf = async () => (await objectVersions(lab, namespace))[`Deployment/${exporter}`];
    const before = await versionOf();

    await context.test('an export service that is there is tried as it is', async () => {
      const found = await verifyExport(lab, namespace, '--mqtt');
      assert.equal(failureOf(found), undefined);
      assert.match(found.checks['export-broker']?.detail ?? '', /as the export service has it/);
      assert.match(found.checks['export-connects']?.detail ?? '', /topic plant\/events/);
      assert.equal(await versionOf(), before);
    });

    await context.test('an export service that sends elsewhere stays as it is', async () => {
      const failed = failureOf(await verifyExport(lab, namespace, '--mqtt', '--mqtt-topic', 'elsewhere'));
      assert.equal(failed?.code, 'export-configured');
      assert.match(failed.hint ?? '', / and --with mqtt-export --set mqtt-export\/.*Topic=elsewhere/);
      assert.equal(await versionOf(), before);
    });

    await context.test('a change of the environment that Fuji ignores', async () => {
      const variable = `${addressable.replaceAll('/', '_')}_Topic=changed`;
      await lab.kubectl(['set', 'env', `deployment/${exporter}`, '-n', namespace, variable]);
      const failed = failureOf(await verifyExport(lab, namespace, '--mqtt'));
      assert.equal(failed?.code, 'export-configured');
      assert.match(failed.detail ?? '', /its environment, which Fuji reads at the very first start only/);
      assert.match(failed.detail ?? '', /Topic is plant\/events, not changed/);
    });
  });
}

labTest('events are followed to a broker', async (lab, context) => {
  await Promise.all([
    context.test('what that takes is gone afterwards', (each) => removesWhatItStarted(lab, each)),
    context.test('and what is there stays as it is', (each) => goesByWhatIsThere(lab, each)),
  ]);
});
