import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { StatusReport } from '../../src/report/status-view.ts';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import { boot, eventually, inNamespace, install } from '../support/boot.ts';
import { withBrowser } from '../support/browser.ts';
import { xmllint } from '../support/debian-tools.ts';
import { capture } from '../support/exec.ts';
import { scale, smallWith } from '../support/services.ts';

/** What is told of an installation that runs: its status, and its verification's report in every form. */

const namespace = 'sta-status';
const command = 'edgex-core-command';
const metadata = 'edgex-core-metadata';

labTest('what is told of an installation', (lab, context) =>
  inNamespace(lab, namespace, async () => {
    await install(lab, namespace, ...smallWith('redis', 'device-virtual'));
    await context.test('every service is ready, with version, age and address', () => allIsTold(lab));
    await context.test('the reports of a verification are what their schemas say', () => reportsAreValid(lab));
    await context.test('half of it down, the other half is told as before', () => halfIsDown(lab));
  }),
);

async function statusOf(lab: Lab): Promise<StatusReport> {
  const run = await boot(lab, ['status', '--namespace', namespace, '--output', 'json']);
  assert.equal(run.code, 0, run.stderr);
  return JSON.parse(run.stdout);
}

async function allIsTold(lab: Lab): Promise<void> {
  const { services, storage, unknown, release } = await statusOf(lab);
  assert.deepEqual(unknown, []);
  assert.equal(release?.database, 'redis');
  for (const service of services) {
    assert.equal(service.state, 'ready', service.name);
    assert.ok((service.ageMs ?? 0) > 0 && service.node && service.image, service.name);
    assert.match(service.addresses[0]?.address ?? '', /^[\d.]+:\d+$/);
  }
  assert.equal(services.find(({ name }) => name === command)?.version, '1.1.0');
  assert.deepEqual(
    storage.map(({ claim, phase, place }) => `${claim} ${phase} ${place}`),
    ['consul-data', 'redis-data'].map((name) => `${name} Bound /var/lib/edgex/${namespace}/${name} on node1`),
  );
}

async function halfIsDown(lab: Lab): Promise<void> {
  await scale(lab, namespace, command, 0);
  await lab.kubectl(['delete', `deployment/${metadata}`, '-n', namespace]);
  const { services } = await eventually(
    'the status is of the present',
    () => statusOf(lab),
    (status) => status.services.some(({ name, state }) => name === metadata && state === 'missing'),
  );
  const stateOf = (wanted: string) => services.find(({ name }) => name === wanted)?.state;
  assert.equal(stateOf(command), 'stopped');
  assert.equal(stateOf('edgex-core-consul'), 'ready');
  const { code, stdout } = await boot(lab, ['status', '--namespace', namespace]);
  assert.equal(code, 0);
  assert.match(stdout, /^EdgeX Foundry Fuji 1\.1\.0 with redis in namespace sta-status, Kubernetes v1\.34\S*: 4 of 6/);
  assert.match(stdout, /^✗ edgex-core-metadata +missing /m);
}

async function reportsAreValid(lab: Lab): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-report-'));
  try {
    const file = (ending: string) => join(folder, `report.${ending}`);
    const files = ['json', 'xml', 'html', 'txt'].map(file).join();
    const { stdout, stderr } = await boot(lab, ['verify', '--namespace', namespace, '--report', files]);
    const [json = '', xml = '', html = '', short = ''] = await Promise.all(
      ['json', 'xml', 'html', 'txt'].map((ending) => readFile(file(ending), 'utf8').catch(() => '')),
    );
    assert.ok(json && xml && html && short, `${stdout}\n${stderr}`);

    const schema = await readFile(new URL('../../docs/verify.schema.json', import.meta.url), 'utf8');
    const { error } = z.fromJSONSchema(JSON.parse(schema)).safeParse(JSON.parse(json));
    assert.deepEqual(error?.issues ?? [], []);
    assert.ok(short.length <= 1000);

    const { program, env } = await xmllint();
    for (const name of ['ant', 'jenkins']) {
      const xsd = fileURLToPath(new URL(`../report/junit/${name}.xsd`, import.meta.url));
      const checked = await capture(program, ['--noout', '--nonet', '--schema', xsd, file('xml')], { env });
      assert.equal(checked.code, 0, checked.stderr);
    }

    await withBrowser(async (browser) => {
      const page = await browser.open(html, { width: 360 });
      assert.deepEqual(page.problems(), []);
      assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 360);
      assert.equal(await page.evaluate("document.querySelectorAll('.rollout tbody tr').length"), 6);
      assert.ok((await page.evaluate<number>("document.querySelectorAll('.chart .sample').length")) > 1);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
