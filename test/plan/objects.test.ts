import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { gatesContainer } from '../../src/plan/workload.ts';
import { fujiPlan } from '../support/fuji.ts';

/** Services and ports of the reference deployment without Consul's 8400, which is dead, and with the missing 5566. */
const commonPorts: Readonly<Record<string, readonly number[]>> = {
  'edgex-app-service-configurable-rules': [48100, 5566],
  'edgex-core-command': [48082],
  'edgex-core-consul': [8500],
  'edgex-core-data': [48080, 5563],
  'edgex-core-metadata': [48081],
  'edgex-device-virtual': [49990],
  'edgex-support-logging': [48061],
  'edgex-support-notifications': [48060],
  'edgex-support-rulesengine': [48075],
  'edgex-support-scheduler': [48085],
  'edgex-sys-mgmt-agent': [48090],
  'edgex-ui-go': [4000],
};
const databasePorts = { mongo: { 'edgex-mongo': [27017] }, redis: { 'edgex-redis': [6379] } };

interface PodSpec {
  readonly hostname: string;
  readonly enableServiceLinks: boolean;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: { readonly seccompProfile: { readonly type: string }; readonly runAsNonRoot?: boolean };
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly command?: readonly string[];
  readonly startupProbe?: object;
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
  readonly resources: { readonly requests: Record<string, string>; readonly limits: Record<string, string> };
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean;
    readonly capabilities: { readonly drop: readonly string[] };
  };
}

const kind = (objects: readonly KubeObject[], name: string) => objects.filter((object) => object.kind === name);
const podSpec = (deployment: KubeObject) => (deployment.spec as { template: { spec: PodSpec } }).template.spec;

for (const database of ['mongo', 'redis'] as const) {
  const { objects } = fujiPlan({ database });

  test(`every Service and port of the reference is there, and 5566 (${database})`, () => {
    const ports = Object.fromEntries(
      kind(objects, 'Service').map((service) => [
        service.metadata.name,
        (service.spec as { ports: { port: number }[] }).ports.map(({ port }) => port),
      ]),
    );
    assert.deepEqual(ports, { ...commonPorts, ...databasePorts[database] });
  });

  test(`nothing asks for a volume that many may write (${database})`, () => {
    assert.doesNotMatch(JSON.stringify(objects), /ReadWriteMany/);
    assert.ok(kind(objects, 'PersistentVolumeClaim').length >= 3);
  });

  for (const deployment of kind(objects, 'Deployment')) {
    const name = deployment.metadata.name;
    test(`${name} has probes, resources, a security context and is never two (${database})`, () => {
      assert.deepEqual((deployment.spec as { strategy: object }).strategy, { type: 'Recreate' });
      const spec = podSpec(deployment);
      assert.equal(spec.hostname, name);
      assert.equal(spec.enableServiceLinks, false);
      assert.equal(spec.automountServiceAccountToken, false);
      assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault');
      const [container] = spec.containers;
      assert.ok(container?.startupProbe && container.readinessProbe && container.livenessProbe);
      for (const each of [...spec.containers, ...(spec.initContainers ?? [])]) {
        assert.ok(each.resources.requests.memory && each.resources.requests.cpu && each.resources.limits.memory);
        assert.equal(each.securityContext.allowPrivilegeEscalation, false);
        assert.deepEqual(each.securityContext.capabilities.drop, ['ALL']);
      }
    });
  }

  test(`all requests together leave room on a node of 2 GB (${database})`, () => {
    const mebibytes = kind(objects, 'Deployment')
      .flatMap((deployment) => podSpec(deployment).containers)
      .map(({ resources }) => Number.parseInt(resources.requests.memory ?? '', 10));
    assert.ok(mebibytes.reduce((sum, each) => sum + each, 0) < 1024);
  });
}

test('mqtt-export comes with a Service of its own when it is asked for', () => {
  const { objects } = fujiPlan({ with: ['mqtt-export'] });
  const names = kind(objects, 'Service').map(({ metadata }) => metadata.name);
  assert.ok(names.includes('edgex-app-service-configurable-mqtt-export'));
});

test('arm64 takes the images of that architecture everywhere', () => {
  const { objects } = fujiPlan({ architecture: 'arm64', database: 'auto' });
  const images = kind(objects, 'Deployment').flatMap((deployment) =>
    podSpec(deployment).containers.map(({ image }) => image),
  );
  for (const image of images) if (image.startsWith('edgexfoundry/')) assert.match(image, /-arm64:/);
  assert.ok(images.includes('redis:5.0.5-alpine'));
});

test('the gates of a service are in its pod, in words and as questions', () => {
  const { objects } = fujiPlan();
  const command = kind(objects, 'Deployment').find(({ metadata }) => metadata.name === 'edgex-core-command');
  assert.ok(command);
  const [gates] = podSpec(command).initContainers ?? [];
  assert.equal(gates?.name, gatesContainer);
  const script = gates?.command?.at(-1) ?? '';
  assert.match(script, /edgex-core-metadata to register/);
  assert.match(script, /v1\/catalog\/service\/edgex-core-metadata/);
  assert.match(script, /\$connect edgex-mongo 27017/);
});
