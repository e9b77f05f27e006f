import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { BootEvent } from '../../src/base/events.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import type { Lab } from '../lab/lab.ts';
import { nodeDir } from '../lab/places.ts';
import { labTest } from '../lab/require.ts';
import { type BootRun, boot, doneEvent, inNamespace, install } from '../support/boot.ts';
import { fujiPlan } from '../support/fuji.ts';
import { objectVersions, smallWith } from '../support/services.ts';

/** Data stay until somebody says otherwise, and what is not ours stays in any case. */

labTest('uninstall', async (lab, context) => {
  await Promise.all([
    context.test('and what it leaves', (test) => amongOthers(test, lab)),
    context.test('after a kill, and after a person', (test) => interrupted(test, lab)),
  ]);
});

const small = smallWith('redis');
/** The database is one that would not be chosen here: its data say so. */
const smallAgain = small.slice(2);

function uninstall(lab: Lab, namespace: string, ...args: readonly string[]): Promise<BootRun> {
  return boot(lab, ['uninstall', '--namespace', namespace, '--output', 'json', ...args]);
}

/** Where the node's disk has the directories of a namespace. */
function directory(namespace: string): string {
  return join(nodeDir(1), 'disk/var/lib/edgex', namespace);
}

function keptBy({ events }: BootRun): readonly string[] {
  return events.flatMap((event) => (event.type === 'kept' ? [`${event.object}: ${event.reason}`] : []));
}

const crd = 'widgets.uninstall.example.com';

/** Somebody else's: of each kind that one might think of, and one of a kind that nobody could. */
async function plantStrangers(lab: Lab, namespace: string): Promise<void> {
  const meta = { name: 'theirs', namespace };
  const pod = {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'sleep', image: fujiPlan().toolsImage, command: ['sleep', '3600'] }],
  };
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: crd },
    spec: {
      group: 'uninstall.example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
  const strangers = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta, data: { a: 'b' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: meta, stringData: { a: 'b' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta,
      spec: {
        selector: { matchLabels: { app: 'theirs' } },
        template: { metadata: { labels: { app: 'theirs' } }, spec: pod },
      },
    },
    { apiVersion: 'v1', kind: 'Service', metadata: meta, spec: { ports: [{ port: 80 }], selector: { app: 'theirs' } } },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: meta,
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1Mi' } } },
    },
  ];
  const apply = (object: object) => lab.kubectl(['apply', '-f', '-'], JSON.stringify(object));
  await apply(definition);
  await lab.kubectl(['wait', `crd/${crd}`, '--for=condition=Established', '--timeout=30s']);
  for (const each of strangers) await apply(each);
  await apply({ apiVersion: 'uninstall.example.com/v1', kind: 'Widget', metadata: meta });
  await lab.kubectl(['rollout', 'status', 'deployment/theirs', '-n', namespace, '--timeout=60s']);
}

/** Their objects with uids and versions, a pod among them. */
async function strangersOf(lab: Lab, namespace: string): Promise<readonly string[]> {
  const kinds = `configmaps,secrets,deployments,pods,services,persistentvolumeclaims,${crd}`;
  const { items } = JSON.parse(await lab.kubectl(['get', kinds, '-n', namespace, '-o', 'json'])) as {
    items: readonly KubeObject[];
  };
  return items
    .filter(({ metadata }) => metadata.name.startsWith('theirs'))
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`)
    .toSorted();
}

async function claimsOf(lab: Lab, namespace: string): Promise<readonly string[]> {
  const path =
    'jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.spec.volumeName} {.status.phase}{"\\n"}{end}';
  const text = await lab.kubectl([
    'get',
    'persistentvolumeclaims',
    '-n',
    namespace,
    '-l',
    'edgex-boot/claim',
    '-o',
    path,
  ]);
  return text.trim().split('\n');
}

async function amongOthers(test: TestContext, lab: Lab): Promise<void> {
  const namespace = 'un-others';
  const marker = join(directory(namespace), 'redis-data/marker');
  await inNamespace(lab, namespace, async () => {
    await install(lab, namespace, ...small);
    await plantStrangers(lab, namespace);
    const [strangers, claims] = [await strangersOf(lab, namespace), await claimsOf(lab, namespace)];
    assert.equal(strangers.length, 7);
    await lab.kubectl([
      'exec',
      '-n',
      namespace,
      'deployment/edgex-redis',
      '--',
      'sh',
      '-c',
      'echo kept > /data/marker',
    ]);

    await test.test('it keeps the data, says where they are, and touches nothing of others', async () => {
      const run = await uninstall(lab, namespace);
      assert.equal(run.code, 0, run.stdout);
      assert.deepEqual(
        keptBy(run),
        ['consul-data', 'redis-data'].map(
          (name) =>
            `persistentvolumeclaim/${name}: its data are in /var/lib/edgex/${namespace}/${name} on node node1 (persistentvolume/edgex-${namespace}-${name})`,
        ),
      );
      assert.deepEqual(await strangersOf(lab, namespace), strangers);
      assert.deepEqual(await claimsOf(lab, namespace), claims);
      const left = Object.keys(await objectVersions(lab, namespace)).map((key) => key.split('/')[0]);
      assert.deepEqual([...new Set(left)].toSorted(), [
        'ConfigMap',
        'Namespace',
        'PersistentVolume',
        'PersistentVolumeClaim',
      ]);
    });

    await test.test('a second one writes nothing, and says that nothing is installed', async () => {
      const before = await objectVersions(lab, namespace);
      const { writes, message } = doneEvent(await uninstall(lab, namespace));
      assert.equal(writes, 0);
      assert.match(message, new RegExp(`^nothing is installed in namespace ${namespace}; data are kept`));
      assert.deepEqual(await objectVersions(lab, namespace), before);
    });

    await test.test('a later installation has the data again, in the same volumes', async () => {
      await install(lab, namespace, ...smallAgain);
      assert.deepEqual(await claimsOf(lab, namespace), claims);
      const text = await lab.kubectl(['exec', '-n', namespace, 'deployment/edgex-redis', '--', 'cat', '/data/marker']);
      assert.equal(text.trim(), 'kept');
    });

    await test.test('it deletes no data on a mere option where nobody can be asked', async () => {
      const { code, stdout } = await uninstall(lab, namespace, '--purge-data');
      assert.equal(code, 2);
      assert.match(stdout, /there is no terminal on which to ask/);
      assert.ok(existsSync(marker));
      assert.equal(doneEvent(await install(lab, namespace, ...smallAgain)).writes, 0);
    });

    await test.test('data go when that is said twice; a namespace with things of others stays', async () => {
      const run = await uninstall(lab, namespace, '--purge-data', '--yes');
      assert.equal(run.code, 0, run.stdout);
      const [kept = ''] = keptBy(run);
      for (const kind of ['configmap', 'secret', 'deployment', 'service', 'persistentvolumeclaim', 'widget']) {
        assert.ok(kept.includes(`${kind}/theirs`), `${kind}: ${kept}`);
      }
      assert.deepEqual(await strangersOf(lab, namespace), strangers);
      assert.deepEqual(Object.keys(await objectVersions(lab, namespace)), [`Namespace/${namespace}`]);
      assert.equal(existsSync(directory(namespace)), false);
    });

    await test.test('it takes the namespace once nobody else is there', async () => {
      const kinds = `configmap,secret,deployment,service,persistentvolumeclaim,${crd}`;
      await lab.kubectl(['delete', kinds, 'theirs', '-n', namespace]);
      await lab.kubectl(['delete', 'crd', crd]);
      const run = await uninstall(lab, namespace, '--purge-data', '--yes');
      assert.equal(run.code, 0, run.stdout);
      assert.equal(await lab.kubectl(['get', 'namespace', namespace, '--ignore-not-found', '-o', 'name']), '');
      assert.equal(doneEvent(await uninstall(lab, namespace, '--purge-data', '--yes')).writes, 0);
    });
  });
}

async function interrupted(test: TestContext, lab: Lab): Promise<void> {
  const namespace = 'un-broken';
  const isDeleted = (event: BootEvent) => event.type === 'applied' && event.action === 'deleted';
  await inNamespace(lab, namespace, async () => {
    await install(lab, namespace, ...small);

    await test.test('what a killed one left is taken away by the next', async () => {
      const args = ['uninstall', '--namespace', namespace, '--output', 'json'];
      const killed = await boot(lab, args, {
        watch: (piece, kill) => {
          if (piece.includes('"deleted"')) kill('SIGKILL');
        },
      });
      assert.equal(killed.signal, 'SIGKILL', killed.stdout);
      assert.ok(killed.events.some(isDeleted));
      const run = await uninstall(lab, namespace);
      assert.equal(run.code, 0, run.stdout);
      assert.equal(await lab.kubectl(['get', 'pods,deployments,services', '-n', namespace, '-o', 'name']), '');
    });

    await test.test('volumes whose namespace a person deleted are told, and purged', async () => {
      await lab.kubectl(['delete', 'namespace', namespace, '--timeout=60s']);
      const kept = await uninstall(lab, namespace);
      assert.equal(doneEvent(kept).writes, 0);
      assert.equal(keptBy(kept).length, 2);
      assert.ok(existsSync(join(directory(namespace), 'redis-data')));
      const purged = await uninstall(lab, namespace, '--purge-data', '--yes');
      assert.equal(purged.code, 0, purged.stdout);
      assert.equal(existsSync(directory(namespace)), false);
      assert.deepEqual(await objectVersions(lab, namespace), {});
    });
  });
}
