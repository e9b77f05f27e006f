import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { selectServices } from '../../src/plan/select.ts';
import { fuji } from '../support/fuji.ts';

const release = fuji();
const base = { database: 'mongo', architecture: 'amd64', with: [], without: [] } as const;

test('only the chosen database is installed', () => {
  const names = [...selectServices(release, { ...base, database: 'redis' }).keys()];
  assert.ok(names.includes('edgex-redis'));
  assert.ok(!names.includes('edgex-mongo'));
});

test('optional services come and go by name or alias', () => {
  const names = [
    ...selectServices(release, { ...base, with: ['mqtt-export'], without: ['ui', 'edgex-device-virtual'] }).keys(),
  ];
  assert.ok(names.includes('edgex-app-service-configurable-mqtt-export'));
  assert.ok(!names.includes('edgex-ui-go'));
  assert.ok(!names.includes('edgex-device-virtual'));
});

const refused: readonly (readonly [string, object, RegExp, RegExp])[] = [
  ['an unknown name', { with: ['mqtt-exprot'] }, /--with mqtt-exprot/, /mqtt-export/],
  ['a service that is not optional', { without: ['edgex-core-data'] }, /not optional/, /device-virtual/],
  ['a service both ways', { with: ['ui'], without: ['edgex-ui-go'] }, /--with edgex-ui-go, --without/, /Keep one/],
];
for (const [what, change, cause, hint] of refused) {
  test(`${what} is refused, with what would do`, () => {
    assert.throws(
      () => selectServices(release, { ...base, ...change }),
      (error: unknown) => {
        assert.ok(isBootError(error));
        assert.equal(error.details.exit, 'usage');
        assert.match(error.message, cause);
        assert.match(error.details.hint ?? '', hint);
        return true;
      },
    );
  });
}
