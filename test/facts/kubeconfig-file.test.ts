import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BootErrorDetails, isBootError } from '../../src/base/errors.ts';
import { mergeKubeconfigs, parseKubeconfig, selectContext } from '../../src/facts/kubeconfig-file.ts';

const path = '/etc/k/config';

const two = `
apiVersion: v1
kind: Config
clusters:
  - name: home
    cluster: { server: "https://home:6443", certificate-authority: pki/ca.crt }
  - name: plant
    cluster: { server: "https://plant:6443", certificate-authority-data: Y2E= }
users:
  - name: ada
    user: { client-certificate: ada.crt, client-key: /abs/ada.key }
  - name: robot
    user: { tokenFile: tokens/robot, token: canary }
contexts:
  - name: at-home
    context: { cluster: home, user: ada }
  - name: at-plant
    context: { cluster: plant, user: robot }
  - name: nobody
    context: { cluster: plant }
current-context: at-home
`;

interface Document {
  readonly clusters: readonly [{ readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }];
  readonly users: readonly [{ readonly name: string; readonly user: Readonly<Record<string, unknown>> }];
  readonly contexts: readonly unknown[];
  readonly 'current-context': string;
}

function select(text: string, context?: string): Document {
  return JSON.parse(selectContext(parseKubeconfig(text, path), context).document) as Document;
}

function refusal(text: string, context?: string): BootErrorDetails {
  try {
    select(text, context);
  } catch (error) {
    if (!isBootError(error)) throw error;
    assert.doesNotMatch(JSON.stringify(error.details), /canary/);
    return error.details;
  }
  throw new Error('nothing was wrong');
}

test('the current context is taken, and nothing of the others', () => {
  const { source, context, server, document } = selectContext(parseKubeconfig(two, path), undefined);
  assert.deepEqual([source, context, server], [path, 'at-home', 'https://home:6443']);
  assert.doesNotMatch(document, /plant|robot|canary/);
});

test('the wanted context is taken instead of the current one', () => {
  assert.equal(select(two, 'at-plant').clusters[0].cluster.server, 'https://plant:6443');
});

test('paths are relative to where the file lies', () => {
  const { clusters, users } = select(two);
  assert.equal(clusters[0].cluster['certificate-authority'], '/etc/k/pki/ca.crt');
  assert.equal(users[0].user['client-certificate'], '/etc/k/ada.crt');
  assert.equal(users[0].user['client-key'], '/abs/ada.key');
});

test('a token file wins over a token, and an empty one is none', () => {
  const tokenFile = { name: 'tokenFile', config: { tokenFile: '/etc/k/tokens/robot' } };
  assert.deepEqual(select(two, 'at-plant').users[0].user, { 'auth-provider': tokenFile });
  const empty = two.replace('tokenFile: tokens/robot', 'tokenFile: ""');
  assert.deepEqual(select(empty, 'at-plant').users[0].user, { token: 'canary' });
});

const helpers: readonly (readonly [string, string])[] = [
  ['aws', 'aws'],
  ['bin/login', '/etc/k/bin/login'],
  ['./login', '/etc/k/login'],
  ['/opt/login', '/opt/login'],
];
for (const [command, resolved] of helpers) {
  test(`a login helper ${command} is ${resolved}`, () => {
    const text = two.replace('client-certificate: ada.crt', `exec: { command: ${command}, args: [a/b] }`);
    assert.deepEqual(select(text).users[0].user.exec, { command: resolved, args: ['a/b'] });
  });
}

test('what the file says beyond what is read here stays', () => {
  const text = two.replace('certificate-authority: pki/ca.crt', 'tls-server-name: api, proxy-url: "http://p"');
  const { server, ...rest } = select(text).clusters[0].cluster;
  assert.deepEqual(rest, { 'tls-server-name': 'api', 'proxy-url': 'http://p' });
});

test('a context may have no user', () => {
  assert.deepEqual(select(two, 'nobody').users[0].user, {});
});

test('JSON will do as well', () => {
  const { document } = selectContext(parseKubeconfig(two, path), undefined);
  assert.deepEqual(JSON.parse(document), select(document));
});

test('entries of other contexts may be unfinished, as kubectl leaves them', () => {
  const text = two.replace(
    'clusters:\n',
    'clusters:\n  - { name: odd, cluster: { server: "" } }\n  - { name: bare, cluster: }\n',
  );
  assert.equal(select(text).clusters[0].cluster.server, 'https://home:6443');
});

test('of entries with one name, and of current contexts, the first file counts', () => {
  const first = parseKubeconfig(two.replace('current-context: at-home', ''), '/a/config');
  const second = parseKubeconfig(two.replaceAll('6443', '7443').replace('pki/ca.crt', 'other.crt'), '/b/config');
  const merged = mergeKubeconfigs([first, second], 'both');
  const { source, server, context, document } = selectContext(merged, undefined);
  assert.deepEqual([source, server, context], ['both', 'https://home:6443', 'at-home']);
  assert.match(document, /"\/a\/pki\/ca\.crt"/);
});

test('each of several files has its own relative paths, and a context finds its parts in any', () => {
  const contexts = parseKubeconfig(two.slice(two.indexOf('contexts:')), '/a/config');
  const rest = parseKubeconfig(two.slice(0, two.indexOf('contexts:')), '/b/config');
  const { document } = selectContext(mergeKubeconfigs([contexts, rest], 'both'), undefined);
  assert.match(document, /"\/b\/pki\/ca\.crt"/);
});

interface Refused {
  readonly text: string;
  readonly context?: string;
  readonly object?: string;
  readonly cause: RegExp;
  readonly hint?: RegExp;
}

const refused: Readonly<Record<string, Refused>> = {
  'YAML that breaks off': { text: 'clusters: []\nusers: [', cause: /no usable kubeconfig: .* at line 2, column \d+$/ },
  'a key that is there twice': { text: 'clusters: []\nclusters: []', cause: /unique at line 2, column 1$/ },
  'a token that YAML takes for an alias': { text: 'token: *canary', cause: /begins with \* is an alias/ },
  'text behind the end': { text: 'a: b\n}canary', cause: /: no YAML at line 2, column 1$/ },
  'a password that looks like a block': { text: 'password: |canary', cause: /: no YAML at line 1, column 12$/ },
  'a password that looks like a tag': { text: 'password: !canary! b', cause: /: no YAML at line 1, column 11$/ },
  'another kind of file': { text: 'just text', cause: /the file: .*object/ },
  'a field of the wrong type': { text: 'clusters: [{ cluster: {} }]', cause: /clusters\.0\.name: .*string/ },
  'an empty file': { text: '', cause: /it has no context/ },
  'no current context': {
    text: two.replace('current-context: at-home', 'current-context: ""'),
    cause: /it has no current-context/,
    hint: /--context: at-home, at-plant, nobody/,
  },
  'a current context that is not in it': {
    text: two.replace('current-context: at-home', 'current-context: gone'),
    cause: /current-context gone is not in it/,
  },
  'a context without its cluster': {
    text: two.replace('cluster: home,', 'cluster: house,'),
    cause: /context at-home names the cluster house, which is not in it/,
  },
  'a context without its user': {
    text: two.replace('user: ada }', 'user: eve }'),
    cause: /context at-home names the user eve, which is not in it/,
  },
  'a context that names no cluster': { text: two.replace('cluster: home,', ''), cause: /at-home names no cluster/ },
  'a cluster without a server': {
    text: two.replace('server: "https://home:6443",', ''),
    cause: /cluster home has no server/,
  },
};
for (const [what, { text, cause, hint = /Correct the file/ }] of Object.entries(refused)) {
  test(`${what} is refused with its place`, () => {
    const details = refusal(text);
    assert.equal(details.exit, 'cluster');
    assert.equal(details.object, path);
    assert.match(details.cause, cause);
    assert.match(details.hint ?? '', hint);
  });
}

test('an unknown context is told with the nearest name, or with all', () => {
  const near = refusal(two, 'at-plnat');
  assert.deepEqual([near.exit, near.object], ['usage', '--context at-plnat']);
  assert.match(near.cause, /\/etc\/k\/config has no context of this name/);
  assert.equal(near.hint, 'Did you mean at-plant?');
  assert.equal(refusal(two, 'zzz').hint, 'It has: at-home, at-plant, nobody.');
  assert.equal(refusal('', 'zzz').hint, 'It has: none.');
});
