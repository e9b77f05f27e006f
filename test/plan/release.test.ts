import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAsset } from '../../src/base/assets.ts';
import { databaseService } from '../../src/plan/gates.ts';
import { findCycle, waves } from '../../src/plan/graph.ts';
import { graphOf } from '../../src/plan/plan.ts';
import { parseRelease } from '../../src/plan/release.ts';
import { fuji, fujiPlan } from '../support/fuji.ts';

const text = readAsset('releases/fuji.yaml');

test('the release fits its schema', () => {
  assert.equal(fuji().release, 'fuji');
});

const broken: readonly (readonly [string, (text: string) => string, RegExp])[] = [
  ['an unknown field', (t) => t.replace('title: metadata', 'titel: metadata'), /titel|title/],
  ['a port out of range', (t) => t.replace('port: 48081', 'port: 480810'), /port/],
  [
    'a probe with two ways',
    (t) => t.replace('{ http: /v1/agent/self }', '{ http: /v1/agent/self, tcp: 8500 }'),
    /exactly one/,
  ],
  [
    'a need of a service that is not there',
    (t) => t.replace('of: edgex-core-metadata }]', 'of: edgex-core-meta }]'),
    /edgex-core-meta/,
  ],
  ['an environment that is not there', (t) => t.replace('environment: [common]', 'environment: [comon]'), /comon/],
  ['a quantity that is none', (t) => t.replace('memoryLimit: 512Mi', 'memoryLimit: lots'), /memoryLimit|regex|pattern/],
];
for (const [name, breakIt, words] of broken) {
  test(`${name} is refused with its place`, () => {
    assert.notEqual(breakIt(text), text);
    assert.throws(
      () => parseRelease('release.yaml', breakIt(text)),
      (error: Error) => {
        assert.match(error.message, /release\.yaml/);
        assert.match(error.message, words);
        return true;
      },
    );
  });
}

for (const database of ['mongo', 'redis'] as const) {
  test(`needs have no cycle and three barriers (${database})`, () => {
    const plan = fujiPlan({ database, with: ['mqtt-export'] });
    const graph = graphOf(plan.services);
    assert.equal(findCycle(graph), undefined);
    const ordered = waves(graph);
    assert.ok(ordered[0]?.includes(databaseService(plan.release, database)));
    assert.ok(ordered[0]?.includes(plan.release.registry.service));
    assert.ok(ordered.length <= 3, `waves: ${JSON.stringify(ordered)}`);
  });
}

test('a cycle among needs would be found', () => {
  const release = parseRelease(
    'r',
    text
      .replace('needs: &afterCoreData [', 'needs: &afterCoreData [{ gate: tcp, of: edgex-device-virtual }, ')
      .replace(
        '      - { gate: leader }',
        '      - { gate: leader }\n      - { gate: tcp, of: edgex-app-service-configurable-rules }',
      ),
  );
  assert.ok(findCycle(graphOf(fujiPlan({ release }).services)));
});
