import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refOf } from '../../../src/base/kube-types.ts';
import { loadRelease } from '../../../src/commands/release.ts';
import { installationOf, planOf } from '../../../src/commands/verification/installation.ts';
import { factsOf } from '../../../src/facts/installed.ts';
import { resolveOptions } from '../../../src/options/resolve.ts';
import { renderInventory } from '../../../src/plan/inventory.ts';
import type { Plan } from '../../../src/plan/types.ts';
import { fuji, fujiPlan, fujiTrees } from '../../support/fuji.ts';

const loaded = { release: fuji(), trees: fujiTrees(), overrides: {}, overridePlace: String };

/** What is there of an installation with these options. */
function installed(changes: Parameters<typeof fujiPlan>[0]) {
  const plan = fujiPlan(changes);
  return factsOf('edgex', [...plan.objects, renderInventory(plan, plan.objects.map(refOf))]);
}

describe('the plan of an installation', () => {
  it('has the services and the database that were chosen, though nobody says so again', () => {
    const plan = planOf(
      loaded,
      installed({ database: 'redis', without: ['ui'], with: ['mqtt-export'], architecture: 'arm64' }),
    );
    const names = plan.services.map(({ name }) => name);
    assert.equal(plan.database, 'redis');
    assert.equal(plan.architecture, 'arm64');
    assert.ok(names.includes('edgex-app-service-configurable-mqtt-export'));
    assert.ok(!names.includes('edgex-ui-go'));
    assert.ok(names.includes('edgex-sys-mgmt-agent'));
  });

  it('has its images from the mirror that the record names, unless the options name one', () => {
    const load = (...args: string[]) => loadRelease(resolveOptions('verify', args, {}));
    const imagesOf = ({ services }: Pick<Plan, 'services'>) => services.map(({ image }) => image);
    const first = planOf(load('--registry', 'mirror.local:5000/edgex'), factsOf('edgex', []));
    const facts = factsOf('edgex', [...first.objects, renderInventory(first, first.objects.map(refOf))]);
    assert.ok(imagesOf(first).every((image) => image.startsWith('mirror.local:5000/edgex/')));
    const found = planOf(load(), facts);
    assert.deepEqual([imagesOf(found), found.toolsImage], [imagesOf(first), first.toolsImage]);
    const other = planOf(load('--registry', 'other.local'), facts);
    assert.ok(imagesOf(other).every((image) => image.startsWith('other.local/')));
  });

  it('goes by the record, not by what somebody has deleted since', () => {
    const facts = installed({ database: 'redis' });
    const without = facts.objects.filter(({ metadata }) => metadata.name !== 'edgex-ui-go');
    const plan = planOf(loaded, { ...facts, objects: without });
    assert.ok(plan.services.some(({ name }) => name === 'edgex-ui-go'));
  });
});

describe('an installation', () => {
  it('is there when its record is', () => {
    assert.deepEqual(installationOf(installed({ database: 'redis' })), {
      exists: true,
      terminating: false,
      version: '1.1.0',
      storage: 'class',
    });
    assert.equal(installationOf(factsOf('edgex', fujiPlan().objects)).exists, false);
  });
});
