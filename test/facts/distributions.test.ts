import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAsset } from '../../src/base/assets.ts';
import { isBootError } from '../../src/base/errors.ts';
import { loadDistributions, parseDistributions } from '../../src/facts/distributions.ts';

const text = readAsset('distributions.yaml');

test('each distribution is there once', () => {
  const names = loadDistributions().map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  assert.deepEqual(names.toSorted(), ['k0s', 'k3s', 'kind', 'kubeadm', 'microk8s', 'rke2']);
});

test('kind stands before kubeadm, whose marks it shows too', () => {
  const names = loadDistributions().map(({ name }) => name);
  assert.ok(names.indexOf('kind') < names.indexOf('kubeadm'));
});

const broken: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'a row that nothing would ever fit',
    'marks: { version: +k3s }',
    'marks: {}',
    /distributions\.0\.marks: at least one/,
  ],
  ['an unknown mark', 'version: +k3s', 'verison: +k3s', /distributions\.0\.marks: .*"verison"/],
  ['a relative path', 'kubeconfig: /etc/rancher', 'kubeconfig: etc/rancher', /distributions\.0\.kubeconfig: /],
  ['another form of file', 'edgex-boot/v1', 'edgex-boot/v2', /apiVersion: /],
  ['text that is no YAML', 'distributions:', 'distributions: [', /at line \d+/],
];
for (const [what, good, bad, words] of broken) {
  test(`${what} is refused with its place`, () => {
    assert.ok(text.includes(good));
    assert.throws(
      () => parseDistributions('d.yaml', text.replace(good, bad)),
      (error: unknown) => {
        assert.ok(isBootError(error));
        assert.equal(error.details.exit, 'internal');
        assert.match(error.message, /^d\.yaml: /);
        assert.match(error.message, words);
        return true;
      },
    );
  });
}
