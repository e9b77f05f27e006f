import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProvisioner, loadProvisioners, parseProvisioners } from '../../src/facts/provisioners.ts';

const known = loadProvisioners();

const scopes: readonly (readonly [string, 'node' | 'network' | undefined])[] = [
  ['rancher.io/local-path', 'node'],
  ['k8s.io/minikube-hostpath', 'node'],
  ['openebs.io/local', 'node'],
  ['topolvm.io', 'node'],
  ['kubernetes.io/no-provisioner', 'node'],
  ['nfs.csi.k8s.io', 'network'],
  ['k8s-sigs.io/nfs-subdir-external-provisioner', 'network'],
  ['cluster.local/nfs-subdir-external-provisioner', 'network'],
  ['driver.longhorn.io', 'network'],
  ['rook-ceph.rbd.csi.ceph.com', 'network'],
  ['rbd.csi.ceph.com', 'network'],
  ['rook-ceph.cephfs.csi.ceph.com', 'network'],
  ['org.democratic-csi.nfs', 'network'],
  ['ebs.csi.aws.com', 'network'],
  ['nfsXcsi.k8s.io', undefined],
  ['rancher.io/local-path-2', undefined],
  ['example.com/own', undefined],
];
for (const [provisioner, scope] of scopes) {
  test(`${provisioner} is ${scope ?? 'unknown'}`, () => {
    assert.equal(findProvisioner(provisioner, known)?.scope, scope);
  });
}

test('each pattern stands once, and no row hides a later one', () => {
  for (const { pattern } of known) {
    assert.equal(findProvisioner(pattern.replaceAll('*', 'x'), known)?.pattern, pattern);
  }
});

test('each quirk is one sentence that fits a line of its own', () => {
  for (const { pattern, quirk } of known) {
    assert.match(quirk, /^[A-Z].*[^.]\.$/, pattern);
    assert.ok(quirk.length <= 120, `${pattern}: ${quirk.length}`);
  }
});

test('a field that is not known is told', () => {
  const row = '{ pattern: p, title: t, scope: node, quirk: Q., price: 0 }';
  const text = `apiVersion: edgex-boot/v1\nprovisioners: [${row}]`;
  assert.throws(() => parseProvisioners('provisioners.yaml', text), /provisioners.0: Unrecognized key: "price"/);
});
