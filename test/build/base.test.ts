import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeBase } from '../../build/base.ts';
import node from '../../build/node.json' with { type: 'json' };
import { architectures, root } from '../../build/places.ts';

/** Where the ELF header says which processor a program is for, and what it says. */
const machineOffset = 0x12;
const machines = { x64: 62, arm64: 183 };

test('the pinned Node is the one that runs the sources and the tests', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.equal(node.version, devDependencies.node);
  assert.equal(process.version, `v${node.version}`);
});

for (const architecture of architectures) {
  test(`there is a Node for ${architecture}`, async () => {
    const program = readFileSync(await nodeBase(architecture));
    assert.equal(program.readUInt16LE(machineOffset), machines[architecture]);
    assert.ok(program.includes(`node/v${node.version}`) || program.includes(`v${node.version}`));
  });
}
