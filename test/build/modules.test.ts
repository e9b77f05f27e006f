import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Script } from 'node:vm';
import { requireFrom, wrap } from '../../build/modules.ts';

const requireOf = (chunks: Readonly<Record<string, string>>, compiled: string[] = []) =>
  requireFrom((name) => {
    compiled.push(name);
    return new Script(wrap(chunks[name] ?? ''), { filename: name });
  });

test('a chunk is compiled when it is first required, and only once', () => {
  const compiled: string[] = [];
  const require = requireOf(
    { 'main.js': `exports.later = () => require('./work.js').n + require('./work.js').n`, 'work.js': 'exports.n = 21' },
    compiled,
  );
  const main = require('./main.js') as { later: () => number };
  assert.deepEqual(compiled, ['main.js']);
  assert.equal(main.later(), 42);
  assert.deepEqual(compiled, ['main.js', 'work.js']);
});

test('chunks that require each other find what the other one has exported so far', () => {
  const require = requireOf({
    'a.js': `module.exports = { one: 1 }; exports = undefined; module.exports.two = require('./b.js').two`,
    'b.js': `exports.two = require('./a.js').one + 1`,
  });
  assert.deepEqual(require('./a.js'), { one: 1, two: 2 });
});

test('all other modules are parts of Node; nothing is looked for on disk', () => {
  const require = requireOf({});
  for (const id of ['fs', 'node:fs', 'node:sqlite']) assert.equal(require(id), process.getBuiltinModule(id));
  for (const id of ['yaml', '/etc/passwd', '../package.json']) assert.throws(() => require(id), /not a part of Node/);
});
