import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { readCluster } from '../../src/facts/cluster.ts';
import { clusterWith } from './fake-kube.ts';

interface NodeParts {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly status?: object;
}

function node({ name = 'pi', labels = {}, annotations = {}, spec = {}, status = {} }: NodeParts = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels, annotations }, spec, status };
}

const versionOf = (gitVersion: string) => ({ status: 200, body: JSON.stringify({ major: '1', gitVersion }) });

test('a node is told as it is', async () => {
  const full = node({
    name: 'pi.example.org',
    labels: {
      'kubernetes.io/hostname': 'pi',
      'node-role.kubernetes.io/control-plane': 'true',
      'node-role.kubernetes.io/master': '',
    },
    spec: { unschedulable: true, taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] },
    status: {
      nodeInfo: { architecture: 'arm64', machineID: 'm', bootID: 'b' },
      conditions: [
        { type: 'MemoryPressure', status: 'False' },
        { type: 'Ready', status: 'True' },
      ],
      addresses: [
        { type: 'Hostname', address: 'pi' },
        { type: 'InternalIP', address: '192.0.2.7' },
      ],
      allocatable: { cpu: '4', memory: '1939772Ki' },
      images: [{ names: ['docker.io/library/redis:5'] }, { names: null }],
    },
  });
  const { nodes } = await readCluster(clusterWith([full]));
  assert.deepEqual(nodes, [
    {
      name: 'pi.example.org',
      hostname: 'pi',
      labels: full.metadata.labels,
      architecture: 'arm64',
      ready: true,
      unschedulable: true,
      roles: ['control-plane', 'master'],
      internalAddress: '192.0.2.7',
      machineId: 'm',
      bootId: 'b',
      taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }],
      allocatable: { cpu: '4', memory: '1939772Ki' },
      images: ['docker.io/library/redis:5'],
    },
  ]);
});

test('a node that has told nothing yet is not ready, and of unknown architecture', async () => {
  const { nodes } = await readCluster(clusterWith([node()]));
  assert.deepEqual(nodes, [
    {
      name: 'pi',
      hostname: 'pi',
      labels: {},
      architecture: 'unknown',
      ready: false,
      unschedulable: false,
      roles: [],
      taints: [],
      allocatable: {},
      images: [],
    },
  ]);
});

for (const status of ['False', 'Unknown']) {
  test(`a node whose Ready is ${status} is not ready`, async () => {
    const { nodes } = await readCluster(clusterWith([node({ status: { conditions: [{ type: 'Ready', status }] } })]));
    assert.equal(nodes[0]?.ready, false);
  });
}

const kubeadm = { annotations: { 'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///run/containerd.sock' } };
const distributions: readonly (readonly [string, string, readonly NodeParts[]])[] = [
  ['k3s', 'v1.34.4+k3s1', [{}]],
  ['k0s', 'v1.34.4+k0s', [{}]],
  ['kubeadm', 'v1.34.4', [kubeadm]],
  // It is made with kubeadm, and shows its marks too.
  ['kind', 'v1.34.4', [{ ...kubeadm, spec: { providerID: 'kind://docker/kind/kind-control-plane' } }]],
  ['microk8s', 'v1.34.4', [{}, { labels: { 'microk8s.io/cluster': 'true' } }]],
  ['other', 'v1.34.4', [{ labels: { 'cloud.example/pool': 'a' }, spec: { providerID: 'aws:///x' } }]],
  ['other', 'v1.34.4', []],
];
for (const [distribution, version, nodes] of distributions) {
  test(`${distribution} is known by what ${version} and ${nodes.length} nodes show`, async () => {
    const facts = await readCluster(clusterWith(nodes.map(node), versionOf(version)));
    assert.deepEqual([facts.distribution, facts.version], [distribution, version]);
  });
}

const strange: readonly (readonly [string, number, string])[] = [
  ['is denied', 403, '{"kind":"Status"}'],
  ['is no JSON', 200, '<html>log in</html>'],
  ['has no version', 200, '{}'],
  ['is JSON of another shape', 200, 'null'],
];
for (const [what, status, body] of strange) {
  test(`a version that ${what} is unknown, and the nodes are read all the same`, async () => {
    const facts = await readCluster(clusterWith([node(kubeadm)], { status, body }));
    assert.deepEqual([facts.version, facts.distribution, facts.nodes.length], ['unknown', 'kubeadm', 1]);
  });
}
