import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import type { BootEvent } from '../../../src/base/events.ts';
import { provideImages, waitsForImage } from '../../../src/commands/stages/images.ts';
import { clusterFacts } from '../../support/facts.ts';
import { failureOf } from '../../support/failure.ts';
import { fujiPlan } from '../../support/fuji.ts';

const plan = fujiPlan();
const { signal } = new AbortController();
const present = [plan.toolsImage, ...plan.services.map(({ image }) => image)];

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** A machine that can import. */
function machine() {
  const dir = mkdtempSync(join(tmpdir(), 'edgex-boot-provide-'));
  made.push(dir);
  writeFileSync(join(dir, 'k3s'), '#!/bin/sh\necho "$@" > "$(dirname "$0")/called"\n', { mode: 0o755 });
  const archive = join(dir, 'images.tar');
  writeFileSync(archive, 'x');
  const called = join(dir, 'called');
  return {
    archive,
    env: { PATH: dir, CONTAINERD_ADDRESS: '/run/own.sock' },
    imported: () => (existsSync(called) ? readFileSync(called, 'utf8') : ''),
  };
}

/** What is told of a cluster whose node has these images. */
async function provided(
  images: readonly string[],
  imageArchive?: string,
  env: Readonly<Record<string, string>> = {},
  mqttCheck?: string,
): Promise<readonly BootEvent[]> {
  const events: BootEvent[] = [];
  const cluster = clusterFacts({ images });
  await provideImages({ plan, cluster }, { imageArchive, mqttCheck }, { env, signal }, (event) => events.push(event));
  return events;
}

test('what is missing is told; what is there never', async () => {
  assert.deepEqual(await provided(present), []);
  const [fact] = await provided([]);
  assert.match(fact?.type === 'fact' ? fact.value : '', /^no node reports \d+ of \d+ yet; .* comes from docker\.io$/);
});

test('though all objects are as planned, a pod may wait for its image', async () => {
  const waits = (reason: string): Promise<boolean> => {
    const status = { initContainerStatuses: [{ name: 'gates', state: { waiting: { reason } } }] };
    const metadata = { name: 'p', labels: { 'org.edgexfoundry.service': 'x' } };
    return waitsForImage({ list: async () => [{ apiVersion: 'v1', kind: 'Pod', metadata, status }] }, 'edgex');
  };
  assert.equal(await waits('ImagePullBackOff'), true);
  assert.equal(await waits('PodInitializing'), false);
});

test('an archive is imported where an image is missing', async () => {
  const { archive, env, imported } = machine();
  await provided(present, archive, env);
  assert.equal(imported(), '');
  await provided(present.slice(0, -1), archive, env);
  assert.equal(imported(), `ctr images import ${archive}\n`);
});

test('what a check of the export starts needs its images, too', async () => {
  const { archive, env, imported } = machine();
  await provided(present, archive, env, 'auto');
  assert.equal(imported(), `ctr images import ${archive}\n`);
});

test('images are not imported where no container of the cluster would find them', async () => {
  const { archive, env, imported } = machine();
  const { exit, cause } = await failureOf(provided([], archive, { PATH: env.PATH }));
  assert.equal(exit, 'preflight');
  assert.match(cause, /no node of the cluster/);
  assert.equal(imported(), '');
});
