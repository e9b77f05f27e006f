import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { type BootErrorDetails, isBootError } from '../../src/base/errors.ts';
import type { Distribution } from '../../src/facts/distributions.ts';
import { loadDistributions } from '../../src/facts/distributions.ts';
import { findKubeconfig, type KubeconfigWish } from '../../src/facts/kubeconfig.ts';
import type { Kubeconfig } from '../../src/kube/types.ts';
import { type FakeMachine, fakeMachine } from './fake-machine.ts';

const nodePlaces = ['/etc/first.yaml', '/etc/deep/second.yaml'] as const;
const distributions: readonly Distribution[] = [
  { name: 'none', title: 'None', marks: { version: '+none' } },
  ...nodePlaces.map((kubeconfig, index) => ({ name: `d${index}`, title: '', kubeconfig, marks: { version: '+d' } })),
];
const own = '/home/ada/.kube/config';
const token = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const pod = { KUBERNETES_SERVICE_HOST: '10.43.0.1', KUBERNETES_SERVICE_PORT: '443' };

/** A kubeconfig with one context of this name. */
function configOf(name: string): string {
  return `
clusters: [{ name: ${name}, cluster: { server: "https://${name}:6443" } }]
users: [{ name: ${name}, user: { token: canary } }]
contexts: [{ name: ${name}, context: { cluster: ${name}, user: ${name} } }]
current-context: ${name}
`;
}

function find(machine: FakeMachine, wish: KubeconfigWish = {}): Kubeconfig {
  return findKubeconfig(wish, fakeMachine(machine), distributions);
}

function refusal(machine: FakeMachine, wish: KubeconfigWish = {}): BootErrorDetails {
  try {
    find(machine, wish);
  } catch (error) {
    if (!isBootError(error)) throw error;
    const text = JSON.stringify(error.details);
    assert.doesNotMatch(text, /raw message|canary/);
    // A kubeconfig is a key to the cluster; nobody is to open it to all.
    assert.doesNotMatch(text, /chmod|\b0?[46]44\b|world|everybody/i);
    return error.details;
  }
  throw new Error('nothing was wrong');
}

const everywhere: FakeMachine = {
  env: { HOME: '/home/ada', KUBECONFIG: '/k', ...pod },
  files: {
    '/named': configOf('named'),
    '/k': configOf('listed'),
    [own]: configOf('own'),
    [token]: 'x',
    [nodePlaces[0]]: configOf('first'),
    [nodePlaces[1]]: configOf('second'),
  },
};

const { KUBECONFIG: _, ...withoutVariable } = everywhere.env ?? {};
const order: readonly (readonly [string, FakeMachine, KubeconfigWish, string, string])[] = [
  ['what --kubeconfig names', everywhere, { path: '/named' }, '--kubeconfig /named', 'https://named:6443'],
  ['what KUBECONFIG names', everywhere, {}, 'KUBECONFIG=/k', 'https://listed:6443'],
  ["the user's own", { ...everywhere, env: withoutVariable }, {}, own, 'https://own:6443'],
  [
    "the pod's service account",
    { env: { HOME: '/root', ...pod }, files: { [token]: 'x', [nodePlaces[0]]: configOf('first') } },
    {},
    "the pod's service account",
    'https://10.43.0.1:443',
  ],
  [
    "the first distribution's",
    { env: { HOME: '/root' }, files: everywhere.files ?? {} },
    {},
    nodePlaces[0],
    'https://first:6443',
  ],
  [
    "the next distribution's",
    { files: { [nodePlaces[1]]: configOf('second') } },
    {},
    nodePlaces[1],
    'https://second:6443',
  ],
];
for (const [place, machine, wish, source, server] of order) {
  test(`where everything before it is missing, ${place} is taken and said`, () => {
    const found = find(machine, wish);
    assert.deepEqual([found.source, found.server], [source, server]);
  });
}

test('without HOME, as under cloud-init, the user database has the home directory', () => {
  const files = { '/root/.kube/config': configOf('root'), [own]: configOf('own') };
  assert.equal(find({ passwdHome: '/root', files }).source, '/root/.kube/config');
  assert.equal(find({ env: { HOME: '' }, passwdHome: '/root', files }).source, '/root/.kube/config');
  assert.equal(find({ env: { HOME: '/home/ada' }, passwdHome: '/root', files }).source, own);
});

test('an empty KUBECONFIG counts as none', () => {
  for (const KUBECONFIG of ['', ':']) {
    assert.equal(find({ env: { HOME: '/home/ada', KUBECONFIG }, files: { [own]: configOf('own') } }).source, own);
  }
});

test('the files that KUBECONFIG lists are merged; some may be missing', () => {
  const files = { '/a': configOf('one'), '/c': configOf('two') };
  const env = { KUBECONFIG: '/a:/b::/c' };
  assert.equal(find({ env, files }).server, 'https://one:6443');
  assert.equal(find({ env, files }, { context: 'two' }).server, 'https://two:6443');
  assert.equal(find({ env, files }).source, 'KUBECONFIG=/a:/b::/c');
});

test('relative places are relative to the working directory', () => {
  const files = { [resolve('k/config')]: configOf('here') };
  assert.equal(find({ files }, { path: 'k/config' }).server, 'https://here:6443');
  assert.equal(find({ files, env: { KUBECONFIG: 'k/config' } }).server, 'https://here:6443');
});

test('an IPv6 address of the API server is written as a URL needs it', () => {
  const env = { ...pod, KUBERNETES_SERVICE_HOST: 'fd00::1' };
  assert.equal(find({ env, files: { [token]: 'x' } }).server, 'https://[fd00::1]:443');
});

test("a pod's token is read from its file, again and again, and its authority is the cluster's", () => {
  const { document } = find({ env: pod, files: { [token]: 'canary' } });
  const { users, clusters } = JSON.parse(document);
  assert.deepEqual(users[0].user, { 'auth-provider': { name: 'tokenFile', config: { tokenFile: token } } });
  assert.match(clusters[0].cluster['certificate-authority'], /serviceaccount\/ca\.crt$/);
});

test('when there is none, every place that was tried is told', () => {
  const { exit, evidence, hint } = refusal({ env: { HOME: '/home/ada' } });
  assert.equal(exit, 'cluster');
  assert.deepEqual(evidence, [
    'KUBECONFIG: not set',
    `${own}: not there`,
    "the pod's service account: not in a pod",
    ...nodePlaces.map((place) => `${place}: not there`),
  ]);
  assert.match(hint ?? '', /--kubeconfig FILE/);
});

test('every distribution that keeps a kubeconfig is tried', () => {
  const known = loadDistributions().flatMap(({ kubeconfig }) => kubeconfig ?? []);
  assert.ok(known.includes('/etc/rancher/k3s/k3s.yaml'));
  assert.throws(
    () => findKubeconfig({}, fakeMachine(), loadDistributions()),
    (error: unknown) =>
      isBootError(error) && known.every((path) => error.details.evidence?.includes(`${path}: not there`)),
  );
});

test('a user without a home, and a pod without its account, are told as such', () => {
  const { evidence } = refusal({ env: pod });
  assert.deepEqual(evidence?.slice(0, 3), [
    'KUBECONFIG: not set',
    '~/.kube/config: this user has no home directory',
    "the pod's service account: the pod has none mounted",
  ]);
});

test('a place that this user may not look at is told, and root could', () => {
  const { evidence, hint } = refusal({ env: { HOME: '/home/ada' }, closed: ['/etc/deep'] });
  assert.ok(evidence?.includes(`${nodePlaces[1]}: this user may not look there`));
  assert.match(hint ?? '', /as root, with sudo/);
});

interface Refused {
  readonly machine: FakeMachine;
  readonly wish?: KubeconfigWish;
  readonly object: string;
  readonly cause: RegExp;
  readonly hint: RegExp;
  readonly evidence?: readonly string[];
}

const refused: Readonly<Record<string, Refused>> = {
  'a named file that is missing': {
    machine: everywhere,
    wish: { path: '/nowhere' },
    object: '--kubeconfig /nowhere',
    cause: /the file is not there/,
    hint: /Correct the path/,
  },
  'a list of which no file is there': {
    machine: { ...everywhere, env: { HOME: '/home/ada', KUBECONFIG: '/x:/y' } },
    object: 'KUBECONFIG=/x:/y',
    cause: /none of the files is there/,
    hint: /Correct the path/,
    evidence: ['/x: not there', '/y: not there'],
  },
  'a named file in a directory that is closed': {
    machine: { closed: ['/root'] },
    wish: { path: '/root/config' },
    object: '--kubeconfig /root/config',
    cause: /this user may not look there/,
    hint: /as root, with sudo/,
  },
  'a named file that may not be read': {
    machine: { env: { KUBECONFIG: nodePlaces[0] }, files: { [nodePlaces[0]]: 'EACCES' } },
    object: nodePlaces[0],
    cause: /is there, but this user may not read it/,
    hint: /as root, with sudo/,
  },
  'one of a list that may not be read': {
    machine: { env: { KUBECONFIG: '/a:/b' }, files: { '/a': configOf('a'), '/b': 'EACCES' } },
    object: '/b',
    cause: /may not read it/,
    hint: /as root/,
  },
  "an own file that is root's": {
    machine: { env: { HOME: '/home/ada' }, files: { [own]: 'EACCES', [nodePlaces[0]]: configOf('first') } },
    object: own,
    cause: /may not read it/,
    hint: /yours with chown, readable for nobody else/,
  },
  "an administrator's file for somebody else": {
    machine: { env: { HOME: '/home/ada' }, files: { [nodePlaces[0]]: 'EACCES', [nodePlaces[1]]: configOf('second') } },
    object: nodePlaces[0],
    cause: /may not read it/,
    hint: /as root, with sudo/,
  },
  'a directory': {
    machine: { files: { '/root/.kube': 'EISDIR' } },
    wish: { path: '/root/.kube' },
    object: '/root/.kube',
    cause: /is a directory/,
    hint: /--kubeconfig/,
  },
  'a disk that fails': {
    machine: { files: { '/k': 'EIO' } },
    wish: { path: '/k' },
    object: '/k',
    cause: /can't be read \(EIO\)/,
    hint: /--kubeconfig/,
  },
  'a file that is broken, even where the next place would do': {
    machine: { env: { HOME: '/home/ada' }, files: { [own]: 'a: [', [nodePlaces[0]]: configOf('first') } },
    object: own,
    cause: /line 1/,
    hint: /Correct the file/,
  },
};
for (const [what, { machine, wish, object, cause, hint, evidence }] of Object.entries(refused)) {
  test(`${what} is refused, with what to do`, () => {
    const details = refusal(machine, wish);
    assert.equal(details.exit, 'cluster');
    assert.equal(details.object, object);
    assert.match(details.cause, cause);
    assert.match(details.hint ?? '', hint);
    assert.deepEqual(details.evidence, evidence);
  });
}
