import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPassing, refusal } from '../../src/kube/errors.ts';

const asked = {
  verb: 'patch',
  object: 'deployment/x in namespace ns',
  server: 'https://10.0.0.1:6443',
  source: '/etc/kubeconfig',
} as const;
const connection = 'API server https://10.0.0.1:6443 (/etc/kubeconfig)';

function refuse(code: number, reason: string, message: string, causes: readonly object[] = []) {
  return refusal(asked, code, JSON.stringify({ kind: 'Status', code, reason, message, details: { causes } }));
}

test('a right that is missing is named with verb, resource and who asked', () => {
  const { details } = refuse(
    403,
    'Forbidden',
    'deployments.apps "x" is forbidden: User "pi" cannot patch resource "deployments" in API group "apps" in the namespace "ns"',
  );
  assert.equal(details.exit, 'cluster');
  assert.equal(details.object, 'deployment/x in namespace ns');
  assert.equal(
    details.cause,
    'denied: User "pi" cannot patch resource "deployments" in API group "apps" in the namespace "ns"',
  );
  assert.match(details.hint ?? '', /right to patch/);
});

test("what an admission plugin denies is a refusal of the object, in the plugin's words", () => {
  for (const words of [
    'admission webhook "policy.example" denied the request: no local volumes here',
    'pods "x" is forbidden: exceeded quota: small, requested: memory=1Gi, used: memory=1Gi, limited: memory=1Gi',
    'pods "x" is forbidden: error looking up service account ns/default: serviceaccount "default" not found',
  ]) {
    const { details } = refuse(403, 'Forbidden', words);
    assert.equal(details.exit, 'rollout');
    assert.equal(details.cause, `refused: ${words}`);
  }
});

test('an object in a namespace that is on its way out waits for it', () => {
  const { details } = refuse(
    403,
    'Forbidden',
    'services "x" is forbidden: unable to create new content in namespace ns because it is being terminated',
  );
  assert.equal(details.exit, 'rollout');
  assert.match(details.hint ?? '', /Wait until the namespace is gone/);
});

test('an immutable field is named, with the lines that would change as evidence', () => {
  const words =
    'Forbidden: spec.persistentvolumesource is immutable after creation\n@@ -19,7 +19,7 @@\n  "Local": {\n-  "Path": "/a",\n+  "Path": "/b",\n   "FSType": null\n';
  const { details } = refuse(
    422,
    'Invalid',
    `PersistentVolume "pv1" is invalid: spec.persistentvolumesource: ${words}`,
    [{ reason: 'FieldValueForbidden', message: words, field: 'spec.persistentvolumesource' }],
  );
  assert.equal(details.exit, 'rollout');
  assert.equal(
    details.cause,
    'invalid: spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
  );
  assert.deepEqual(details.evidence, ['-  "Path": "/a",', '+  "Path": "/b",']);
  assert.match(details.hint ?? '', /keep the former setting/);
});

test('wrong fields are named with their reasons, without a dump of objects', () => {
  const { details } = refuse(422, 'Invalid', 'Deployment.apps "x" is invalid: [...]', [
    { field: 'spec.selector', message: 'Invalid value: {"matchLabels":{"a":"c"}}: field is immutable' },
    {
      field: 'metadata.name',
      message: 'Invalid value: "X": a lowercase RFC 1123 label must consist of lower case characters',
    },
  ]);
  assert.equal(
    details.cause,
    'invalid: spec.selector: field is immutable; metadata.name: Invalid value: "X": a lowercase RFC 1123 label must consist of lower case characters',
  );
});

test('a conflict tells each field with its manager', () => {
  const error = refuse(409, 'Conflict', 'Apply failed with 2 conflicts', [
    { reason: 'FieldManagerConflict', message: 'conflict with "helm" using apps/v1', field: '.spec.replicas' },
    { reason: 'FieldManagerConflict', message: 'conflict with "kubectl-edit"', field: '.spec.strategy' },
  ]);
  assert.deepEqual(error.managers, ['helm', 'kubectl-edit']);
  assert.deepEqual(error.details.evidence, [
    '.spec.replicas: conflict with "helm" using apps/v1',
    '.spec.strategy: conflict with "kubectl-edit"',
  ]);
  assert.equal(isPassing(error), false);
});

test('a write that met another write may be repeated; a name that is taken may not', () => {
  assert.equal(isPassing(refuse(409, 'Conflict', 'the object has been modified')), true);
  assert.equal(isPassing(refuse(409, 'AlreadyExists', 'pods "x" already exists')), false);
});

test('an answer that no API server gives is told as that, and never quoted', () => {
  for (const code of [200, 302, 403, 404]) {
    const { details } = refusal(asked, code, '<html>Bearer secret</html>');
    assert.equal(details.exit, 'cluster');
    assert.equal(details.object, connection);
    assert.doesNotMatch(JSON.stringify(details), /secret/);
    assert.match(details.hint ?? '', /another program listens there/);
  }
});

test('an unhealthy control plane is no fault of the object', () => {
  for (const code of [429, 500, 502, 503, 504]) {
    const { details } = refusal(asked, code, '');
    assert.equal(details.exit, 'cluster');
    assert.equal(details.object, connection);
  }
});
