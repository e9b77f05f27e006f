import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import type { ClaimFacts, StorageClassFacts, StorageFacts, VolumeFacts } from '../../src/facts/types.ts';
import { claimLabel, managedByLabel, managedByValue, namespaceLabel } from '../../src/plan/labels.ts';
import { parseSizes, withSizes } from '../../src/plan/sizes.ts';
import { noStorage } from '../support/facts.ts';
import { fuji } from '../support/fuji.ts';

const release = fuji();
const services = new Map(Object.entries(release.services));
const ours = { [managedByLabel]: managedByValue };

const claim = (size: string, className?: string): ClaimFacts => ({
  name: 'redis-data',
  labels: ours,
  phase: 'Bound',
  volumeName: 'v',
  size,
  ...(className ? { className } : {}),
});

const volume = (changes: Partial<VolumeFacts> = {}): VolumeFacts => ({
  name: 'v',
  labels: { ...ours, [namespaceLabel]: 'edgex', [claimLabel]: 'redis-data' },
  phase: 'Released',
  capacity: '1Gi',
  accessModes: ['ReadWriteOnce'],
  isBlock: false,
  className: '',
  reclaimPolicy: 'Retain',
  source: { kind: 'local', path: '/var/lib/edgex/edgex/redis-data' },
  hostnames: ['pi'],
  claim: { namespace: 'edgex', name: 'redis-data', uid: 'gone' },
  ...changes,
});

const storageClass = (name: string, allowsExpansion: boolean): StorageClassFacts => ({
  name,
  isDefault: false,
  provisioner: 'p',
  bindingMode: 'Immediate',
  reclaimPolicy: 'Delete',
  allowsExpansion,
  scope: 'network',
});
const classes = [storageClass('elastic', true), storageClass('rigid', false)];
const provisioned = volume({ provisioner: 'p', className: 'rigid', source: { kind: 'csi', driver: 'p' } });

function sizeOf(storage: Partial<StorageFacts> | undefined, ...words: readonly string[]): string | undefined {
  const context = { namespace: 'edgex', ...(storage ? { storage: { ...noStorage, classes, ...storage } } : {}) };
  const sized = withSizes(services, parseSizes(release, words), context);
  return sized.get('edgex-redis')?.claims[0]?.size;
}

const sizes: readonly (readonly [string, () => string | undefined, string])[] = [
  ["the release's at first", () => sizeOf({}), '512Mi'],
  ['that asked for', () => sizeOf({}, 'redis-data=2Gi'), '2Gi'],
  ['that asked for where no cluster is', () => sizeOf(undefined, 'redis-data=2Gi'), '2Gi'],
  ['the last one asked for', () => sizeOf({}, 'redis-data=2Gi', 'redis-data=3Gi'), '3Gi'],
  ['what is installed, whatever it was first', () => sizeOf({ claims: [claim('2Gi')] }), '2Gi'],
  ['what is installed, asked for in other words', () => sizeOf({ claims: [claim('2Gi')] }, 'redis-data=2048Mi'), '2Gi'],
  ['that of a volume without its claim', () => sizeOf({ volumes: [volume()] }), '1Gi'],
  ['more on a class that lets it grow', () => sizeOf({ claims: [claim('1Gi', 'elastic')] }, 'redis-data=2Gi'), '2Gi'],
  ['more for a directory without its claim', () => sizeOf({ volumes: [volume()] }, 'redis-data=2Gi'), '2Gi'],
  [
    "the release's, whatever somebody else has",
    () => sizeOf({ claims: [{ ...claim('2Gi'), labels: {} }], volumes: [volume({ labels: ours })] }),
    '512Mi',
  ],
];
for (const [what, size, expected] of sizes) test(`the size is ${what}`, () => assert.equal(size(), expected));

const refused: readonly (readonly [string, () => unknown, 'usage' | 'preflight', RegExp, RegExp])[] = [
  [
    'a claim that nobody has',
    () => sizeOf({}, 'redis-date=1Gi'),
    'usage',
    /no service has/,
    /Did you mean redis-data\?/,
  ],
  ['a claim without a size', () => sizeOf({}, 'redis-data'), 'usage', /the size is missing/, /log-data=1Gi/],
  ['a number without a unit', () => sizeOf({}, 'redis-data=5'), 'usage', /no size/, /512Mi or 2Gi/],
  ['nothing at all', () => sizeOf({}, 'redis-data=0Gi'), 'usage', /no size/, /512Mi/],
  [
    'less than what is installed',
    () => sizeOf({ claims: [claim('1Gi', 'elastic')] }, 'redis-data=512Mi'),
    'preflight',
    /claim redis-data has 1Gi, and a volume never gets smaller; nothing was changed/,
    /--size redis-data=1Gi/,
  ],
  [
    'more on a class that lets nothing grow',
    () => sizeOf({ claims: [claim('1Gi', 'rigid')], volumes: [provisioned] }, 'redis-data=2Gi'),
    'preflight',
    /its storage class lets no volume grow/,
    /leave the option out/,
  ],
  [
    'more for a directory that is in use',
    () => sizeOf({ claims: [claim('1Gi')], volumes: [volume()] }, 'redis-data=2Gi'),
    'preflight',
    /a mere figure/,
    /leave the option out/,
  ],
  [
    'more for a volume of a provisioner whose claim is gone',
    () => sizeOf({ volumes: [provisioned] }, 'redis-data=2Gi'),
    'preflight',
    /the kept volume v has 1Gi, and it can only grow once its claim is there again/,
    /Then ask for more/,
  ],
];
for (const [what, size, exit, cause, hint] of refused) {
  test(`${what} is refused`, () => {
    assert.throws(size, (error: unknown) => {
      assert.ok(isBootError(error), String(error));
      assert.equal(error.details.exit, exit);
      assert.match(error.details.cause, cause);
      assert.match(error.details.hint ?? '', hint);
      return true;
    });
  });
}

test('a refusal names the place where the size was asked for', () => {
  const origin = { from: 'file', name: 'site.yaml:3: size' } as const;
  const storage = { ...noStorage, classes, claims: [claim('1Gi')] };
  const sizes = parseSizes(release, ['redis-data=512Mi'], origin);
  assert.throws(
    () => withSizes(services, sizes, { namespace: 'edgex', storage, origin }),
    (error: unknown) => isBootError(error) && error.details.object === 'site.yaml:3: size: redis-data=512Mi',
  );
});
