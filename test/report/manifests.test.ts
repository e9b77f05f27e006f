import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { renderManifests } from '../../src/report/manifests.ts';
import { capture } from '../support/exec.ts';
import { fujiPlan } from '../support/fuji.ts';

/** Texts that a reader of YAML may take for something else. */
const ambiguous = [
  ...['true', 'True', 'no', 'No', 'yes', 'on', 'Off', 'y', 'N', 'null', 'Null', '~', ''],
  ...['1', '-1', '0755', '0o17', '0x1F', '0b11', '1_000', '1.5', '1e3', '.5', '.inf', '.NaN', '12:30', '1:30:45'],
  ...['2001-12-14', '2001-12-14t21:59:43.10-05:00', '<<', '=', '!x', '&x', '*x', '- x', 'x: y', 'x #y', '@x', '%x'],
  ...[' x', 'x ', '"x"', "'x'", '{x}', '[x]', 'a\nb\n', 'a\n\n  b', '\ttab', '---', '...', '?', '|', '>', 'é東京'],
];

function objectsOf(text: string, version: '1.1' | '1.2'): readonly unknown[] {
  const documents = parseAllDocuments(text, { version });
  assert.ok(!('empty' in documents));
  return documents.map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS() as unknown;
  });
}

for (const database of ['mongo', 'redis'] as const) {
  test(`manifests with ${database} are the plan's objects, by the rules of either YAML`, () => {
    const plan = fujiPlan({ database });
    const text = renderManifests(plan);
    const objects = JSON.parse(JSON.stringify(plan.objects)) as unknown;
    for (const version of ['1.1', '1.2'] as const) assert.deepEqual(objectsOf(text, version), objects);
    assert.deepEqual((JSON.parse(renderManifests(plan, 'json')) as { items: unknown }).items, objects);
  });
}

test('a text stays a text, whatever it looks like, as a value and as a key', () => {
  const plan = fujiPlan();
  const data = Object.fromEntries(ambiguous.map((text, index) => [`key-${index}`, text]));
  const keys = Object.fromEntries(ambiguous.filter((text) => text !== '<<').map((text) => [text, 'value']));
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data, keys, list: ambiguous };
  const text = renderManifests({ ...plan, objects: [object] });
  for (const version of ['1.1', '1.2'] as const) assert.deepEqual(objectsOf(text, version), [object]);
});

test('one part in two places is written out twice, since kubectl takes no anchors of ours', () => {
  const labels = { a: 'b' };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', labels, annotations: labels } };
  assert.doesNotMatch(renderManifests({ ...fujiPlan(), objects: [object, object] }), /[&*]a\d/);
});

test('the comment ahead names release, database, architecture and program', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const [first = ''] = renderManifests(fujiPlan({ database: 'redis', architecture: 'arm64' })).split('\n');
  assert.equal(first, `# EdgeX Foundry Fuji 1.1.0 with redis, for arm64 nodes. Made by edgex-boot ${version}.`);
});

test('the same plan gives the same text', () => {
  assert.equal(renderManifests(fujiPlan()), renderManifests(fujiPlan()));
});

test('kubectl reads every object and every text as it is meant', async (t) => {
  const plan = fujiPlan();
  const data = Object.fromEntries(ambiguous.map((text, index) => [`key-${index}`, text]));
  const texts: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'texts' }, data };
  const objects = [...plan.objects, texts];
  const args = ['annotate', '--local', '--filename', '-', '--output', 'json', 'read-by=kubectl'];
  const outcome = await capture('kubectl', args, { input: renderManifests({ ...plan, objects }) }).catch(
    () => undefined,
  );
  if (!outcome) {
    t.skip('there is no kubectl here');
    return;
  }
  assert.equal(outcome.code, 0, outcome.stderr);
  const read = outcome.stdout.split(/(?<=^\}\n)(?=\{)/m).map((text) => JSON.parse(text) as KubeObject);
  const expected = objects.map(({ metadata, ...rest }) => {
    const annotations = { ...metadata.annotations, 'read-by': 'kubectl' };
    return { ...rest, metadata: { ...metadata, annotations } };
  });
  assert.deepEqual(read, JSON.parse(JSON.stringify(expected)));
});
