import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import { type BootRun, boot } from '../support/boot.ts';

/** What there is to put data on, as somebody sees it who may look and nothing else. */

const account = 'edgex-boot-looker';
const namespace = 'storage-test';
/** Redis and the registry are what keeps data then. */
const services = ['--database', 'redis', '--without', 'logging'];

labTest('whoever may read is shown the storage, and what install would take of it', (lab) =>
  withReader(lab, async (kubeconfig) => {
    const show = (...args: readonly string[]): Promise<BootRun> =>
      boot({ kubeconfig }, ['storage', '--namespace', namespace, ...services, ...args]);

    const { code, stdout } = await show();
    assert.equal(code, 0);
    assert.match(stdout, /^> local:\/var\/lib\/edgex +directories on node1\n/m);
    assert.match(stdout, /takes local:\/var\/lib\/edgex: node1 is the only\s+node\.\n/);
    assert.ok(Math.max(...stdout.split('\n').map((line) => line.length)) <= 80);

    const existing = parsed(await show('--storage', 'existing', '--output', 'json'));
    assert.deepEqual(existing.choice?.volumes, {
      'consul-data': { name: `${namespace}-small`, className: 'by-hand' },
      'redis-data': { name: `${namespace}-large`, className: 'by-hand' },
    });

    const refused = await show('--storage', 'class:nowhere', '--output', 'json');
    assert.equal(refused.code, 0, 'the refusal is what was asked for');
    assert.equal(parsed(refused).refusal?.cause, 'the cluster has no storage class of this name');

    assert.equal(await lab.kubectl(['get', 'namespace', namespace, '--ignore-not-found']), '', 'nothing was made');
  }),
);

interface Shown {
  readonly choice?: { readonly volumes?: unknown };
  readonly refusal?: { readonly cause: string };
}

function parsed({ stdout }: BootRun): Shown {
  return JSON.parse(stdout);
}

/** A kubeconfig of somebody who may read everything, and two volumes that are free. */
async function withReader(lab: Lab, work: (kubeconfig: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-storage-'));
  const subject = { kind: 'ServiceAccount', name: account, namespace: 'default' };
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }];
  const rbac = 'rbac.authorization.k8s.io';
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace: 'default' } },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: account }, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: account },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: account },
      subjects: [subject],
    },
    volume('large', '600Mi'),
    volume('small', '200Mi'),
  ];
  const manifests = objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');
  try {
    await lab.kubectl(['apply', '-f', '-'], manifests);
    const token = (await lab.kubectl(['create', 'token', account])).trim();
    const kubeconfig = join(folder, 'kubeconfig');
    const administrator = parse(await readFile(lab.kubeconfig, 'utf8'));
    const users = administrator.users.map(({ name }: { readonly name: string }) => ({ name, user: { token } }));
    await writeFile(kubeconfig, stringify({ ...administrator, users }), { mode: 0o600 });
    await work(kubeconfig);
  } finally {
    await lab.kubectl(['delete', '--ignore-not-found', '-f', '-'], manifests);
    await rm(folder, { recursive: true });
  }
}

function volume(name: string, storage: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${namespace}-${name}` },
    spec: {
      capacity: { storage },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'by-hand',
      hostPath: { path: `/var/lib/edgex/${namespace}` },
    },
  };
}
