import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAsset } from '../../src/base/assets.ts';
import { isBootError } from '../../src/base/errors.ts';
import { databaseService } from '../../src/plan/gates.ts';
import { findCycle, waves } from '../../src/plan/graph.ts';
import { graphOf } from '../../src/plan/plan.ts';
import { parseRelease } from '../../src/plan/release.ts';
import { fuji, fujiPlan } from '../support/fuji.ts';

const text = readAsset('releases/fuji.yaml');

test('the release fits its schema', () => {
  assert.equal(fuji().release, 'fuji');
});

const broken: readonly (readonly [string, string, string, RegExp])[] = [
  ['a field that is missing', 'title: metadata', '', /services\.edgex-core-metadata\.title: .*string/],
  ['an unknown field', 'title: metadata', 'title: x\n    titel: y', /services\.edgex-core-metadata: .*"titel"/],
  ['a port out of range', 'port: 48081', 'port: 480810', /services\.edgex-core-metadata\.ports\.0\.port: .*65535/],
  [
    'a probe with two ways',
    '{ http: /v1/agent/self }',
    '{ http: /v1/agent/self, tcp: 8500 }',
    /services\.edgex-core-consul\.probes\.liveness: exactly one/,
  ],
  [
    'a service that never starts',
    'title: metadata',
    'title: metadata\n    replicas: 0',
    /services\.edgex-core-metadata\.replicas: .*1/,
  ],
  [
    'a need of a service that is not there',
    'of: edgex-core-metadata }]',
    'of: edgex-core-meta }]',
    /services\.[-a-z]+\.needs: no service edgex-core-meta$/,
  ],
  [
    'an environment that is not there',
    'environment: [common]',
    'environment: [comon]',
    /services\.edgex-mongo\.environment: no environment comon$/,
  ],
  [
    'a quantity that is none',
    'memoryLimit: 1Gi',
    'memoryLimit: lots',
    /services\.edgex-mongo\.resources\.memoryLimit: /,
  ],
  [
    'text that is no YAML',
    'release: fuji',
    'release: fuji\nrelease: fuji',
    /^release\.yaml: Map keys must be unique at line/,
  ],
];
for (const [name, good, bad, words] of broken) {
  test(`${name} is refused with its place`, () => {
    assert.ok(text.includes(good));
    assert.throws(
      () => parseRelease('release.yaml', text.replace(good, bad)),
      (error: unknown) => {
        assert.ok(isBootError(error));
        assert.equal(error.details.exit, 'internal');
        assert.match(error.message, /^release\.yaml: /);
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

test('a cycle among needs is refused, with its services in their order', () => {
  const release = parseRelease(
    'r',
    text
      .replace('needs: &afterCoreData [', 'needs: &afterCoreData [{ gate: tcp, of: edgex-device-virtual }, ')
      .replace(
        '      - { gate: leader }',
        '      - { gate: leader }\n      - { gate: tcp, of: edgex-app-service-configurable-rules }',
      ),
  );
  assert.throws(
    () => fujiPlan({ release }),
    /in a circle: edgex-app-service-configurable-rules > edgex-device-virtual > edgex-app-service-configurable-rules/,
  );
});
