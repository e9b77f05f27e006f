import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseKubeconfig, selectContext } from '../../src/facts/kubeconfig-file.ts';
import { kubeconfigSecrets } from '../../src/facts/kubeconfig-secrets.ts';

function secretsOf(user: object): readonly string[] {
  const text = JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://c' } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
  return kubeconfigSecrets(selectContext(parseKubeconfig(text, '/k'), undefined));
}

const oidc = { 'client-id': 'app', 'client-secret': 's', 'id-token': 'i', 'refresh-token': 'r', 'idp-issuer-url': 'u' };
const users: readonly (readonly [string, object, readonly string[]])[] = [
  ['a token', { token: 't' }, ['t']],
  ['a password, and no user name', { username: 'ada', password: 'p' }, ['p']],
  ['a key, and no certificate', { 'client-certificate-data': 'c', 'client-key-data': 'k' }, ['k']],
  ['the tokens of a login', { 'auth-provider': { name: 'oidc', config: oidc } }, ['s', 'i', 'r']],
  ['no path of a file', { tokenFile: '/run/token', 'client-key': '/k.pem' }, []],
  ['nothing empty', { token: '' }, []],
];
for (const [what, user, secrets] of users) {
  test(`of a user's entry, ${what} is secret`, () => {
    assert.deepEqual(secretsOf(user), secrets);
  });
}
