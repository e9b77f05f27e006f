import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, inNamespace } from '../support/boot.ts';
import type { Lab } from './lab.ts';
import { type NfsFault, nfsExport, removeNfsExport, withNfsExport } from './nfs-export.ts';
import { nodeDir, nodeDisk } from './places.ts';
import { labTest } from './require.ts';
import { withSecondNode } from './second-node.ts';
import { withLocalPathClass, withNetworkClass } from './storage-class.ts';

const namespace = 'lab-storage';

/** A pod that serves its files by HTTP, and can be asked to run a shell command; with a volume if one is given. */
function pod(name: string, node: string, volume: object = { emptyDir: {} }) {
  const container = {
    ...{ name: 'shell', image: 'consul:1.3.1', imagePullPolicy: 'Never' },
    command: ['sh', '-c', `mkdir /www; echo ${name} >/www/index.html; exec busybox httpd -f -p 80 -h /www`],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      ...{ nodeSelector: { 'kubernetes.io/hostname': node }, terminationGracePeriodSeconds: 0 },
      ...{ containers: [container], volumes: [{ name: 'data', ...volume }] },
    },
  };
}

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});

function claim(name: string, storageClassName: string | undefined, accessMode = 'ReadWriteOnce') {
  const spec = { accessModes: [accessMode], resources: { requests: { storage: '1Mi' } } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec: storageClassName === undefined ? spec : { ...spec, storageClassName },
  };
}

const nfs = ({ server, path }: { server: string; path: string }) => ({ nfs: { server, path } });
const claimed = (claimName: string) => ({ persistentVolumeClaim: { claimName } });

labTest('a second node joins with its network, shares exports, stands power cuts, and leaves nothing', async (lab) => {
  const before = await namesOfNodes(lab);
  await withSecondNode(lab, (second) =>
    withNfsExport('lab-shared', (made) =>
      inOwnNamespace(lab, async () => {
        const [first = ''] = before;
        await apply(lab, pod('a', first, nfs(made)), pod('b', second, nfs(made)), service('a'), service('b'));
        await ready(lab, 'a', 'b');
        await reachEachOther(lab);
        await seeTheSameFiles(lab, made.directory);
        await meetFaults(lab);
        await outliveKubelet(lab, second);
        await withLocalPathClass(lab, {}, () => bindOnNode(lab, second));
        await lab.nodeKill(second);
        await lab.nodeStart(second);
        const restarted = '--for=jsonpath={.status.containerStatuses[0].restartCount}=1';
        await lab.kubectl(['wait', '-n', namespace, 'pod/b', restarted, '--timeout=60s']);
        await ready(lab, 'b');
        assert.equal(await inPod(lab, 'b', 'cat /data/from-a'), 'hello');
      }),
    ),
  );
  assert.deepEqual([await namesOfNodes(lab), lab.nodes], [before, before]);
  assert.equal(existsSync(nodeDir(2)), false);
});

async function reachEachOther(lab: Lab): Promise<void> {
  const [a, b] = [await fieldOf(lab, 'pod/a', '.status.podIP'), await fieldOf(lab, 'pod/b', '.status.podIP')];
  const serviceOfB = await fieldOf(lab, 'service/b', '.spec.clusterIP');
  for (const address of [b, serviceOfB]) {
    await eventually(
      'the machine reaches b',
      async () => (await get(address)).trim(),
      (answer) => answer === 'b',
    );
  }
  const asked = [
    ['a', b],
    ['b', a],
    ['a', 'b'],
    ['b', 'a'],
  ] as const;
  for (const [from, to] of asked) {
    await eventually(
      `${from} reaches ${to}`,
      () => inPod(lab, from, `wget -qO- http://${to}/`),
      (answer) => answer !== from,
    );
  }
}

async function seeTheSameFiles(lab: Lab, directory: string): Promise<void> {
  await inPod(lab, 'a', 'echo hello >/data/from-a; chown 2001:2001 /data/from-a');
  assert.equal(await inPod(lab, 'b', 'cat /data/from-a'), 'hello');
  assert.equal(await inPod(lab, 'b', 'stat -c %u:%g /data/from-a'), '2001:2001');
  assert.equal(await readFile(join(directory, 'from-a'), 'utf8'), 'hello\n');
}

/** Each with something that a pod can't do then. */
const faultsOfMounts: readonly [fault: NfsFault, command: string, says: RegExp][] = [
  ['read-only', 'touch /data/x', /Read-only file system/],
  ['full', 'dd if=/dev/zero of=/data/from-b count=1', /No space left on device/],
  ['root-squash', 'chown 2001 /data/from-a', /Operation not permitted/],
  ['root-squash', 'mkdir /data/d', /Permission denied/],
  ['stale', 'cat /data/from-a', /Stale file handle/],
];

async function meetFaults(lab: Lab): Promise<void> {
  await inPod(lab, 'b', 'echo 1 >/data/from-b');
  for (const [fault, command, says] of faultsOfMounts) {
    nfsExport('lab-shared', { fault });
    await assert.rejects(inPod(lab, 'b', command), says, fault);
  }
  const made = nfsExport('lab-shared', { fault: 'root-squash' });
  await remount(lab, made);
  await chmod(made.directory, 0o777);
  assert.equal(await inPod(lab, 'b', 'touch /data/nobodys; stat -c %u:%g /data/nobodys'), '65534:65534');
  nfsExport('lab-shared', { sizeBytes: 10 * 1024 * 1024 });
  assert.match(await inPod(lab, 'b', 'df -m /data'), /lab-shared\s+10\s/);
  await assert.rejects(inPod(lab, 'b', 'dd if=/dev/zero of=/data/big bs=1M count=11'));
  nfsExport('lab-shared');
}

/** A mount that is stale stays so: the pod that has it must go. */
async function remount(lab: Lab, made: { server: string; path: string }): Promise<void> {
  const second = await fieldOf(lab, 'pod/b', '.spec.nodeName');
  await lab.kubectl(['delete', '-n', namespace, 'pod/b', '--timeout=60s']);
  await apply(lab, pod('b', second, nfs(made)));
  await ready(lab, 'b');
}

async function outliveKubelet(lab: Lab, node: string): Promise<void> {
  const container = '{.status.containerStatuses[0].containerID}';
  const before = await lab.kubectl(['get', '-n', namespace, 'pod/b', '-o', `jsonpath=${container}`]);
  await lab.kubeletRestart(node);
  assert.equal(await inPod(lab, 'b', 'cat /data/from-a'), 'hello');
  assert.equal(await lab.kubectl(['get', '-n', namespace, 'pod/b', '-o', `jsonpath=${container}`]), before);
}

async function bindOnNode(lab: Lab, node: string): Promise<void> {
  await apply(lab, claim('local', 'local-path'), claim('shared', 'local-path', 'ReadWriteMany'));
  assert.equal(await phase(lab, 'local'), 'Pending');
  await apply(lab, pod('user', node, claimed('local')), pod('waiting', node, claimed('shared')));
  await ready(lab, 'user');
  await inPod(lab, 'user', 'echo kept >/data/file');
  const volume = await fieldOf(lab, 'pvc/local', '.spec.volumeName');
  const hostPath = await lab.kubectl(['get', 'pv', volume, '-o', 'jsonpath={.spec.hostPath.path}']);
  const directory = join(nodeDisk(node), hostPath);
  assert.equal(await readFile(join(directory, 'file'), 'utf8'), 'kept\n');
  await eventually(
    'RWX is refused',
    () => events(lab, 'shared'),
    (text) => text.includes('only supports ReadWriteOnce'),
  );
  await lab.kubectl(['delete', '-n', namespace, 'pod/user', 'pod/waiting', 'pvc/local', 'pvc/shared', '--timeout=60s']);
  await eventually(
    'the volume is gone',
    () => lab.kubectl(['get', 'pv', volume, '--ignore-not-found']),
    (text) => !text,
  );
  assert.equal(existsSync(directory), false);
}

/** Each with what the kubelet tells about the pod. */
const faultsOfMounting: readonly [fault: NfsFault, says: string][] = [
  ['refused', 'mount.nfs: Connection refused'],
  ['wrong-path', 'failed, reason given by server: No such file or directory'],
  ['denied', 'mount.nfs: access denied by server while mounting'],
  ['unreachable', 'mount.nfs: Connection timed out'],
];

labTest('an export that cannot be mounted is told as by a real client, and its pod starts once it can', async (lab) => {
  const [node = ''] = lab.nodes;
  await inOwnNamespace(lab, async () => {
    try {
      const pods = faultsOfMounting.map(([fault]) => pod(fault, node, nfs(nfsExport(`lab-${fault}`, { fault }))));
      await apply(lab, ...pods);
      for (const [fault, says] of faultsOfMounting) {
        await eventually(
          `${fault} is told`,
          () => events(lab, fault),
          (text) => text.includes(says),
        );
        nfsExport(`lab-${fault}`);
      }
      await ready(lab, ...faultsOfMounting.map(([fault]) => fault));
    } finally {
      for (const [fault] of faultsOfMounting) removeNfsExport(`lab-${fault}`);
    }
  });
});

labTest('a network class binds at once, when it has a provisioner', async (lab) => {
  await withNetworkClass(lab, { isDefault: true, isServed: false }, (network) =>
    inOwnNamespace(lab, async () => {
      await apply(lab, claim('data', undefined, 'ReadWriteMany'));
      await eventually(
        'a provisioner is waited for',
        () => events(lab, 'data'),
        (text) => text.includes('external provisioner'),
      );
      assert.equal(await phase(lab, 'data'), 'Pending');
      network.serve();
      await eventually(
        'it is bound',
        () => phase(lab, 'data'),
        (answer) => answer === 'Bound',
      );
      const [node = ''] = lab.nodes;
      await apply(lab, pod('user', node, claimed('data')));
      await ready(lab, 'user');
      await inPod(lab, 'user', 'echo kept >/data/file');
      const [directory = ''] = await readdir(network.export.directory);
      assert.match(directory, /^lab-storage-data-pvc-/);
      await lab.kubectl(['delete', '-n', namespace, 'pod/user', 'pvc/data', '--timeout=60s']);
      const archived = join(network.export.directory, `archived-${directory}`, 'file');
      await eventually('it is put aside', async () => existsSync(archived), Boolean);
    }),
  );
  assert.equal(await lab.kubectl(['get', 'storageclass', '-o', 'name']), '');
});

const inOwnNamespace = (lab: Lab, work: () => Promise<void>): Promise<void> =>
  inNamespace(lab, namespace, async () => {
    await lab.kubectl(['create', 'namespace', namespace]);
    await work();
  });

async function apply(lab: Lab, ...items: readonly object[]): Promise<void> {
  await lab.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

async function ready(lab: Lab, ...pods: readonly string[]): Promise<void> {
  const names = pods.map((name) => `pod/${name}`);
  await lab.kubectl(['wait', '-n', namespace, '--for=condition=Ready', ...names, '--timeout=90s']);
}

/** Also what it writes to standard error; throws with that when the command fails. */
async function inPod(lab: Lab, name: string, script: string): Promise<string> {
  return (await lab.kubectl(['exec', '-n', namespace, name, '--', 'sh', '-c', script])).trim();
}

const get = (address: string): Promise<string> => fetch(`http://${address}/`).then((answer) => answer.text());

const fieldOf = (lab: Lab, object: string, field: string): Promise<string> =>
  lab.kubectl(['get', '-n', namespace, object, '-o', `jsonpath={${field}}`]);

const phase = (lab: Lab, name: string): Promise<string> => fieldOf(lab, `pvc/${name}`, '.status.phase');

function events(lab: Lab, name: string): Promise<string> {
  const of = ['--field-selector', `involvedObject.name=${name}`, '-o', 'jsonpath={.items[*].message}'];
  return lab.kubectl(['get', 'events', '-n', namespace, ...of]);
}

async function namesOfNodes(lab: Lab): Promise<readonly string[]> {
  return (await lab.kubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}'])).split(' ');
}
