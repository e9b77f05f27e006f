import assert from 'node:assert/strict';
import { removeNamespace } from '../support/boot.ts';
import type { Lab } from './lab.ts';
import { labTest } from './require.ts';

const namespace = 'lab-test';

/** A Service with a pod behind it that answers HTTP, and a pod with a shell to ask it from; and a file on a disk. */
const objects = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8500 }] },
    },
    pod('web', ['agent', '-dev', '-client', '0.0.0.0']),
    pod('shell', ['sh', '-c', 'date >>/disk/starts; exec sleep 1000000']),
  ],
};

function pod(name: string, args: readonly string[]) {
  const container = {
    ...{ name, image: 'consul:1.3.1', imagePullPolicy: 'Never', args },
    volumeMounts: [{ name: 'disk', mountPath: '/disk' }],
  };
  const hostPath = { path: '/var/lib/edgex/lab-test', type: 'DirectoryOrCreate' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name } },
    spec: { containers: [container], volumes: [{ name: 'disk', hostPath }], terminationGracePeriodSeconds: 0 },
  };
}

labTest('pods run, find each other by name, and do so again after a power cut', async (lab) => {
  await removeNamespace(lab, namespace);
  try {
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(objects));
    await bothReady(lab);
    assert.match(await askByName(lab), /^"127\.0\.0\.1:8300"$/);
    assert.equal(await starts(lab), 1);

    const [node = ''] = lab.nodes;
    await lab.nodeKill(node);
    await assert.rejects(lab.kubectl(['logs', '-n', namespace, 'web', '--request-timeout=2s']));
    await lab.nodeStart(node);
    await bothRestarted(lab);
    await bothReady(lab);
    assert.match(await askByName(lab), /^"127\.0\.0\.1:8300"$/);
    assert.equal(await starts(lab), 2, 'the disk outlives a power cut, and the shell started once more');
  } finally {
    await lab.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  }
});

labTest('a Service answers on its address from the machine itself', async (lab) => {
  const address = await lab.kubectl(['get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}']);
  const answer = await lab.kubectl(['get', '--raw', '/readyz', `--server=https://${address}`]);
  assert.equal(answer, 'ok');
});

labTest('images that the nodes have are not sent again', async (lab) => {
  await lab.importImages();
  assert.deepEqual(await lab.importImages(), []);
});

const both = ['pod/web', 'pod/shell'];

async function bothReady(lab: Lab): Promise<void> {
  await lab.kubectl(['wait', '-n', namespace, '--for=condition=Ready', ...both, '--timeout=60s']);
}

async function bothRestarted(lab: Lab): Promise<void> {
  const restarted = '--for=jsonpath={.status.containerStatuses[0].restartCount}=1';
  await lab.kubectl(['wait', '-n', namespace, restarted, ...both, '--timeout=60s']);
}

/** Consul's leader, asked by the Service's name. A Service refuses for a moment after its pod is ready. */
async function askByName(lab: Lab): Promise<string> {
  const ask = 'for i in 1 2 3 4 5 6 7 8 9 10; do wget -qO- http://web/v1/status/leader && exit; sleep 1; done; exit 1';
  return (await inShell(lab, ask)).trim();
}

async function starts(lab: Lab): Promise<number> {
  return Number(await inShell(lab, 'wc -l </disk/starts'));
}

const inShell = (lab: Lab, script: string): Promise<string> =>
  lab.kubectl(['exec', '-n', namespace, 'shell', '--', 'sh', '-c', script]);
