import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import type { VerifyReport } from '../../src/verify/types.ts';
import { labTest } from '../lab/require.ts';
import { inNamespace, install } from '../support/boot.ts';
import { capture } from '../support/exec.ts';
import { clusterDefects } from '../verify/defects/cluster.ts';
import { consulDefects } from '../verify/defects/consul.ts';
import { dataDefects } from '../verify/defects/data.ts';
import { assertHealthy, plantOne, plantTogether, type Run, siteArgs, siteOf, told } from '../verify/defects/run.ts';
import { servicesDefects } from '../verify/defects/services.ts';
import { storageDefects } from '../verify/defects/storage.ts';
import type { Defect, Site } from '../verify/defects/types.ts';

/**
 * All is green after an installation, and each defect turns just the checks red that it should. By default some defects
 * that have nothing to do with each other are planted at once; EDGEX_LAB_ALL=1 plants every one by itself, and verifies
 * the healthy system fifty times; EDGEX_LAB_ONLY plants those alone that have one of these parts in their words.
 */

const defects = [...clusterDefects, ...storageDefects, ...consulDefects, ...servicesDefects, ...dataDefects];
const isWhole = process.env.EDGEX_LAB_ALL === '1';
const only = process.env.EDGEX_LAB_ONLY?.split(',');
const sites = isWhole ? 2 : 1;
const healthyRuns = isWhole ? 50 : 1;

/** Takes from a list until it is empty. */
async function work(context: TestContext, site: Site, queue: Defect[]): Promise<void> {
  for (let defect = queue.shift(); defect; defect = queue.shift()) {
    const each = defect;
    await context.test(each.what, () => plantOne(site, each));
  }
}

/** Checks that have nothing to look at here, or not yet. */
const idle: ReadonlySet<string> = new Set(['database-users', 'events-recent', 'volumes-free']);

function assertComplete({ report }: Run): void {
  const skipped = report.checks.filter(({ category, outcome }) => category !== 'machine' && outcome === 'skipped');
  assert.equal(told(skipped.filter(({ code }) => !idle.has(code))), '');
  assert.equal(report.cluster?.nodes.length, 1);
  assert.equal(report.services.length, 11);
  assert.ok(report.services.every(({ isReady, addresses, sinceMs }) => isReady && addresses.length > 0 && sinceMs));
  assert.equal(report.services.find(({ name }) => name === 'edgex-core-data')?.version, '1.1.0');
  for (const { service, createdMs, startedMs = 0, readyMs = 0 } of report.timelines) {
    assert.ok(createdMs <= startedMs && startedMs <= readyMs, service);
  }
  assert.ok((report.events?.samples.length ?? 0) > 5);
  assert.equal(report.events?.expectedPerMinute, 38);
}

labTest('verify', async (lab, context) => {
  const queue = defects.filter(({ what }) => only?.some((part) => what.includes(part)) ?? true);
  await Promise.all(
    Array.from({ length: sites }, async (_, index) => {
      const site = siteOf(lab, `ver-site-${index + 1}`);
      await inNamespace(lab, site.namespace, async () => {
        await install(lab, site.namespace, ...siteArgs);
        await context.test('nothing is red after an installation', async () => {
          assertComplete(await assertHealthy(site, ['--wait', '30s']));
        });
        if (isWhole || only !== undefined) {
          await work(context, site, queue);
          await context.test(`nothing is ever red where all is well (${index + 1})`, async () => {
            for (let run = 0; run < healthyRuns / sites; run++) await assertHealthy(site);
          });
          return;
        }
        await context.test('before an installation, in every form', () => forms(site));
        await context.test('what changes is told while somebody watches', () => watched(site));
        const quick = queue.filter(({ isQuick }) => isQuick);
        await context.test(quick.map(({ what }) => what).join(', '), () => plantTogether(site, quick));
      });
    }),
  );
});

/** A service goes and comes back while somebody watches. */
async function watched(site: Site): Promise<void> {
  const service = 'edgex-support-notifications';
  let text = '';
  let step = 0;
  const steps: readonly (readonly [shown: RegExp, act: (kill: (signal: NodeJS.Signals) => void) => unknown])[] = [
    [/Passed/, () => site.kubectl('scale', `deployment/${service}`, '--replicas=0')],
    [
      /✗ services-scaled: edgex-support-notifications: it is scaled to 0/,
      () => site.kubectl('scale', `deployment/${service}`, '--replicas=1'),
    ],
    [/✓ no service is scaled to 0/, (kill) => kill('SIGINT')],
  ];
  const command = ['verify', '--namespace', site.namespace, '--only', 'services', '--watch'];
  const { code, stdout } = await capture('./dist/edgex-boot', command, {
    env: { KUBECONFIG: site.lab.kubeconfig },
    watch: (piece, kill) => {
      text += piece;
      const [shown, act] = steps[step] ?? [];
      if (!shown?.test(text)) return;
      step++;
      text = '';
      act?.(kill);
    },
  });
  assert.equal(code, 130, stdout);
  assert.equal(step, steps.length);
}

async function forms(site: Site): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-test-'));
  after(() => rm(folder, { recursive: true }));
  const files = ['site.html', 'site.xml', 'site.json', 'site.txt'].map((name) => join(folder, name));
  await assertHealthy(site, ['--pre', ...files.flatMap((file) => ['--report', file])]);
  const [html = '', xml = '', json = '', txt = ''] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  assert.match(html, /^<!doctype html>/i);
  assert.match(xml, /<testsuite/);
  assert.equal((JSON.parse(json) as VerifyReport).verdict, 'passed');
  assert.match(txt, /✓ Passed/);
}
