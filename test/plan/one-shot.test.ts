import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderOneShot } from '../../src/plan/one-shot.ts';
import { fuji } from '../support/fuji.ts';

test('a pod that runs once gets its image as the services do, with the secrets of the registry', () => {
  const specWith = (pullSecrets: string[]): unknown =>
    renderOneShot('x', { namespace: 'edgex', release: { ...fuji(), pullSecrets } }, { containers: [] }).spec;
  assert.deepEqual((specWith(['mirror']) as { imagePullSecrets: unknown }).imagePullSecrets, [{ name: 'mirror' }]);
  assert.ok(!Object.hasOwn(specWith([]) as object, 'imagePullSecrets'));
});
