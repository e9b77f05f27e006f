import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { expandConfiguration } from '../../src/plan/configuration.ts';
import type { Database } from '../../src/plan/release.ts';
import type { ServiceConfiguration } from '../../src/plan/types.ts';
import { renderConfigJson } from '../../src/report/config.ts';
import { configTrees, seededServices } from './configuration-files.ts';

/**
 * A golden figure is the SHA-256 of the canonical form of what Fuji's own programs left in the registry: config-seed in
 * the first two, each service itself, in the reference deployment, in the others.
 */
interface Golden {
  readonly name: string;
  readonly database: Database;
  readonly services: readonly string[];
  readonly count: number;
  /** The registry's content in the folder that EDGEX_KV_REFERENCE names, one JSON object from key to value. */
  readonly reference: string;
}

const goldens: readonly Golden[] = [
  { name: 'fuji-mongo', database: 'mongo', services: seededServices, count: 388, reference: 'seed-mongo-all' },
  { name: 'fuji-redis', database: 'redis', services: seededServices, count: 388, reference: 'seed-redis-all' },
  selfSeeded('edgex-app-service-configurable-mqtt-export', 132, 'AppService-mqtt-export'),
  selfSeeded('edgex-app-service-configurable-rules', 98, 'AppService-rules-engine'),
  selfSeeded('edgex-device-virtual', 95, 'device-virtual'),
];

function selfSeeded(name: string, count: number, reference: string): Golden {
  return { name, database: 'mongo', services: [name], count, reference: `self-seeded/${reference}` };
}

function pristine({ database, services }: Golden): readonly ServiceConfiguration[] {
  return expandConfiguration(configTrees(), { database, services, pristine: true });
}

for (const golden of goldens) {
  test(`${golden.name}: the ${golden.count} pristine keys and values are Fuji's own`, () => {
    const text = renderConfigJson(pristine(golden));
    const file = new URL(`../golden/config/${golden.name}.sha256`, import.meta.url);
    assert.equal(Object.keys(JSON.parse(text)).length, golden.count);
    assert.equal(createHash('sha256').update(text).digest('hex'), readFileSync(file, 'utf8').trim());
  });
}

/** Not what is not installed: the export services, and the Java predecessor of device-virtual. */
const installed =
  /^(edgex\/(?!core\/1\.0\/edgex-export-(client|distro)\/)|config\/edgex-support-rulesengine(;docker)?\/)/;

const referenceFolder = process.env.EDGEX_KV_REFERENCE;
if (referenceFolder) {
  for (const golden of goldens) {
    test(`${golden.name}: equal to the reference, key by key`, () => {
      const content: Record<string, string> = JSON.parse(
        readFileSync(join(referenceFolder, `${golden.reference}.json`), 'utf8'),
      );
      const expected = Object.fromEntries(Object.entries(content).filter(([key]) => installed.test(key)));
      assert.deepEqual(JSON.parse(renderConfigJson(pristine(golden))), expected);
    });
  }
}
