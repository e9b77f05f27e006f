import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { expandConfiguration, parseConfigTrees } from '../../src/plan/configuration.ts';

const shared = `
$fragments:
  base: { Host: localhost, Port: 1, Tags: [a, b] }
  store: { $database: { mongo: { Type: mongodb }, redis: { Type: redisdb } } }
  circle: { $use: round }
  round: { Inner: { $use: circle } }
`;

/** The keys of a service x whose file has this text, without their folder. */
function keysOf(text: string, files: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const trees = parseConfigTrees({ '_shared.yaml': shared, '_changes.yaml': '[]', 'a/b/x.yaml': text, ...files });
  const [x] = expandConfiguration(trees, { database: 'redis', pristine: false, services: ['x'] });
  return Object.fromEntries(Object.entries(x?.keys ?? {}).map(([key, value]) => [key.replace('f/', ''), value]));
}

function complaint(text: string, files: Readonly<Record<string, string>> = {}): string {
  try {
    keysOf(text, files);
  } catch (error) {
    if (isBootError(error)) return `${error.details.exit} ${error.message}`;
    throw error;
  }
  throw new Error('nothing was wrong');
}

test('a table is its fragments, one over the other, and its own entries over these', () => {
  assert.deepEqual(keysOf('f: { $use: [base, store], Port: 2, Tags: [c] }'), {
    Host: 'localhost',
    Port: '2',
    'Tags/0': 'c',
    Type: 'redisdb',
  });
});

test('a fragment goes wherever a table is, lists and other fragments included', () => {
  assert.deepEqual(
    keysOf('$fragments: { two: { A: { $use: store }, B: 1 } }\nf: { L: [{ $use: two, A: { C: 2 } }] }'),
    {
      'L/0/A/C': '2',
      'L/0/A/Type': 'redisdb',
      'L/0/B': '1',
    },
  );
});

test("a service's own fragment hides a shared one of the same name", () => {
  assert.deepEqual(keysOf('$fragments: { base: { Own: true } }\nf: { $use: base }'), { Own: 'true' });
});

test('a fragment that does not exist, a circle and a missing branch are told by file', () => {
  assert.equal(complaint('f: { $use: bas }'), 'internal x.yaml: $use: no fragment bas');
  assert.equal(complaint('f: { $use: toString }'), 'internal x.yaml: $use: no fragment toString');
  assert.match(complaint('f: { $use: circle }'), /x\.yaml: \$use goes in a circle: circle > round > circle/);
  assert.match(complaint('f: { $database: { mongo: { A: 1 } } }'), /x\.yaml: \$database: no branch for redis/);
});

test('a file of the wrong shape is told with the place', () => {
  assert.equal(complaint('f: { A: { B: } }'), 'internal x.yaml: f/A/B: no value; an empty text is written ""');
  assert.match(complaint('f: { A: [1, 1e30] }'), /x\.yaml: f\/A\/1: the number 1e\+30 has no exact text; quote it/);
  assert.match(complaint('f: { A: 9007199254740993 }'), /has no exact text/);
  assert.match(complaint('f: { A: .nan }'), /has no exact text/);
  assert.match(complaint('- f'), /x\.yaml: not a table of settings/);
  assert.match(complaint('f: 1\nf: 2'), /x\.yaml: Map keys must be unique at line 2/);
  assert.match(complaint('$fragments: [a]\nf: {}'), /x\.yaml: \$fragments: not a table/);
});

test('the two files that are not services are checked as well', () => {
  assert.match(complaint('f: {}', { '_changes.yaml': '- { services: [x], sett: {} }' }), /_changes\.yaml: 0\/set: /);
  assert.match(complaint('f: {}', { '_shared.yaml': 'fragments: {}' }), /_shared\.yaml: \$fragments: not a table/);
  assert.throws(() => parseConfigTrees({ '_shared.yaml': shared }), /_changes\.yaml: it is missing/);
});

test('a service without a file is told', () => {
  const trees = parseConfigTrees({ '_shared.yaml': shared, '_changes.yaml': '[]' });
  assert.throws(
    () => expandConfiguration(trees, { database: 'mongo', pristine: true, services: ['y'] }),
    /y\.yaml: it is missing/,
  );
});
