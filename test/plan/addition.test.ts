import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planAddition } from '../../src/plan/addition.ts';
import { fujiPlan, fujiTrees } from '../support/fuji.ts';

const name = 'edgex-app-service-configurable-mqtt-export';
const options = { trees: fujiTrees(), overrides: {}, annotations: {} };

test('a service that is added is as one that was installed with the others', () => {
  const whole = fujiPlan({ with: ['mqtt-export'] });
  const plan = fujiPlan();
  const row = plan.release.services[name];
  assert.ok(row);
  const { service, configuration, objects } = planAddition(plan, { name, row }, options);
  assert.deepEqual(
    service,
    whole.services.find((each) => each.name === name),
  );
  assert.deepEqual(
    configuration,
    whole.configuration.find((each) => each.service === name),
  );
  assert.deepEqual(
    objects.map(({ metadata: { annotations, ...metadata }, ...rest }) => ({ ...rest, metadata })),
    whole.objects.filter(({ metadata }) => metadata.name === name),
  );
});

test('it has its own settings and marks', () => {
  const plan = fujiPlan();
  const row = plan.release.services[name];
  assert.ok(row?.exports);
  const path = `${row.exports.addressable}/Topic`;
  const { configuration, objects } = planAddition(
    plan,
    { name, row },
    {
      ...options,
      overrides: { [path]: 'plant' },
      annotations: { mark: 'yes' },
    },
  );
  const [, topic] = Object.entries(configuration?.keys ?? {}).find(([key]) => key.endsWith(path)) ?? [];
  assert.equal(topic, 'plant');
  for (const { metadata } of objects) assert.deepEqual(metadata.annotations, { mark: 'yes' });
});

test('a Secret becomes a folder of its container', () => {
  const plan = fujiPlan();
  const row = plan.release.services[name];
  assert.ok(row);
  const secretFolder = { secret: 'keys', path: '/keys' };
  const { objects } = planAddition(plan, { name, row }, { ...options, secretFolder });
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  assert.ok(deployment);
  const { containers, volumes } = (deployment.spec as { template: { spec: PodSpec } }).template.spec;
  assert.deepEqual(volumes, [{ name: 'secret-files', secret: { secretName: 'keys' } }]);
  assert.deepEqual(containers[0]?.volumeMounts, [{ name: 'secret-files', mountPath: '/keys', readOnly: true }]);
});

interface PodSpec {
  readonly containers: readonly { readonly volumeMounts: unknown }[];
  readonly volumes: unknown;
}

test('a broker has its configuration with it, and no settings in the registry', () => {
  const plan = fujiPlan();
  const [broker] = Object.entries(plan.release.services).filter(([, row]) => row.role === 'broker');
  assert.ok(broker);
  const [brokerName, row] = broker;
  const { configuration, objects } = planAddition(plan, { name: brokerName, row }, options);
  assert.equal(configuration, undefined);
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    ['ConfigMap', 'Service', 'Deployment'],
  );
});
