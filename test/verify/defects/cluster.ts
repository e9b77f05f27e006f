import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigFor } from '../../kube/fake-api.ts';
import { apiUrl } from '../../lab/addresses.ts';
import { installed } from './steps.ts';
import { type Json, type Tampering, tamperedKubeconfig, tamperItems } from './tamper.ts';
import type { Defect, Site } from './types.ts';

/** What is wrong with the cluster, seen through an API server whose answers are changed on their way. */

const nothing = async (): Promise<void> => undefined;
const nodes = '/api/v1/nodes';

function seen(what: string, tampering: Tampering, rest: Pick<Defect, 'fails' | 'hint'> & Partial<Defect>): Defect {
  return { what, plant: nothing, kubeconfig: () => tamperedKubeconfig(tampering), ...rest };
}

/** A condition of every node, with another status. */
function condition(type: string, status: string): Tampering {
  return tamperItems(nodes, (node) => {
    const { status: whole } = node as { status: Json & { conditions: { type: string; status: string }[] } };
    const conditions = whole.conditions.map((each) => (each.type === type ? { ...each, status } : each));
    return { ...node, status: { ...whole, conditions } };
  });
}

/** The kubeconfig of a user who has every right but to list pods. */
async function withoutPods({ lab, namespace }: Site) {
  const all = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
  const rules = [
    {
      ...all,
      resources: [
        'nodes',
        'namespaces',
        'storageclasses',
        'persistentvolumes',
        'persistentvolumeclaims',
        'configmaps',
        'services',
        'services/proxy',
        'deployments',
        'events',
        'pods/log',
        'ingresses',
        'networkpolicies',
        'secrets',
        'leases',
      ],
    },
  ];
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'visitor', namespace } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: `visitor-${namespace}` },
      rules,
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `visitor-${namespace}` },
      subjects: [{ kind: 'ServiceAccount', name: 'visitor', namespace }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `visitor-${namespace}` },
    },
  ];
  await lab.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  const token = (await lab.kubectl(['create', 'token', 'visitor', '-n', namespace])).trim();
  return kubeconfigFile(kubeconfigFor(apiUrl, { token }, { 'insecure-skip-tls-verify': true }).document);
}

async function kubeconfigFile(document: string) {
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-test-'));
  const path = join(folder, 'kubeconfig');
  await writeFile(path, document);
  return { path, close: () => rm(folder, { recursive: true }) };
}

export const clusterDefects: readonly Defect[] = [
  {
    what: 'nobody listens where the kubeconfig leads',
    plant: nothing,
    kubeconfig: () => kubeconfigFile(kubeconfigFor('http://127.0.0.1:9').document),
    fails: ['cluster-reachable'],
    hint: /Start the cluster/,
    exit: 8,
  },
  {
    what: 'a user who may not list pods',
    plant: nothing,
    kubeconfig: withoutPods,
    repair: async ({ lab, namespace }) => {
      await lab.kubectl(['delete', 'clusterrole,clusterrolebinding', `visitor-${namespace}`]);
    },
    fails: ['cluster-rights'],
    hint: /Have an administrator apply these roles/,
  },
  seen(
    'an old Kubernetes',
    { body: (path, body) => (path === '/version' ? { ...body, gitVersion: 'v1.19.8+k3s1' } : undefined) },
    {
      fails: ['cluster-version'],
      hint: /Update the cluster/,
    },
  ),
  seen('a node that is not ready', condition('Ready', 'False'), {
    fails: ['nodes-ready'],
    hint: /kubectl describe node node1/,
  }),
  seen(
    'a node that is cordoned',
    tamperItems(nodes, (node) => ({ ...node, spec: { ...(node.spec as Json), unschedulable: true } })),
    {
      fails: ['nodes-ready'],
      hint: /kubectl uncordon node1/,
    },
  ),
  seen('a node without memory', condition('MemoryPressure', 'True'), {
    fails: ['nodes-pressure'],
    hint: /evicts pods/,
  }),
  seen('a node with a full disk', condition('DiskPressure', 'True'), {
    fails: ['nodes-pressure'],
    hint: /evicts pods/,
  }),
  seen('a clock that is an hour off', { dateMs: 3_600_000 }, { fails: ['nodes-clock'], hint: /timedatectl/ }),
  seen(
    'a DNS without pods',
    tamperItems('/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices', (slice) => ({
      ...slice,
      endpoints: [],
    })),
    { fails: ['cluster-dns'], hint: /k8s-app=kube-dns/ },
  ),
  {
    what: 'a namespace without an installation',
    plant: nothing,
    options: ['--namespace', 'ver-nothing'],
    fails: ['installation-present'],
    hint: /Run install/,
  },
  {
    what: 'the record of the installation is gone',
    plant: ({ kubectl }) => kubectl('delete', 'configmap', 'edgex-boot'),
    repair: installed,
    fails: ['installation-present'],
    hint: /Run install/,
  },
];
