import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findThisNode } from '../../src/facts/this-node.ts';
import type { NodeFacts } from '../../src/facts/types.ts';
import { clusterFacts } from '../support/facts.ts';
import { type RecordedSystem, recordedSystem } from './fake-system.ts';

const bootFile = '/proc/sys/kernel/random/boot_id';
const idFile = '/etc/machine-id';
const node: Partial<NodeFacts> = { name: 'pi', internalAddress: '10.0.0.5', machineId: 'm', bootId: 'b' };
const files = { [bootFile]: 'b\n', [idFile]: 'm\n' };

const machines: readonly (readonly [what: string, RecordedSystem, Partial<NodeFacts>, boolean])[] = [
  ['the node itself', { files, hostname: 'pi', addresses: ['127.0.0.1', '10.0.0.5'] }, node, true],
  ['one that the cluster calls otherwise', { files, hostname: 'raspberrypi', addresses: ['10.0.0.5'] }, node, true],
  ['one with a capital letter in its name', { files, hostname: 'Pi' }, node, true],
  ['one whose address has changed since', { files, hostname: 'pi', addresses: ['10.0.0.9'] }, node, true],
  ['one whose machine id nobody may read', { files: { [bootFile]: 'b' }, hostname: 'pi' }, node, true],
  ['a laptop', { files: { [bootFile]: 'x', [idFile]: 'y' }, hostname: 'laptop' }, node, false],
  [
    'a laptop with the address that the node has at home',
    { files: { [bootFile]: 'x', [idFile]: 'y' }, addresses: ['10.0.0.5'] },
    node,
    false,
  ],
  ['a clone of the node', { files: { ...files, [bootFile]: 'x' }, hostname: 'pi' }, node, false],
  ['the host of a node of kind', { files: { ...files, [idFile]: 'host' }, hostname: 'pi' }, node, false],
  ['the host of a container that has no machine id', { files, hostname: 'host' }, { ...node, machineId: '' }, false],
  ['one that tells nothing of itself', { hostname: 'pi', addresses: ['10.0.0.5'] }, node, false],
  ['one whose node tells nothing of itself', { files, hostname: 'pi' }, { name: 'pi' }, false],
];
for (const [what, machine, facts, isNode] of machines) {
  test(`${what} is ${isNode ? 'the' : 'no'} node`, () => {
    const { nodes } = clusterFacts({ name: 'other', bootId: 'o' }, facts);
    assert.equal(findThisNode(nodes, recordedSystem(machine))?.name, isNode ? 'pi' : undefined);
  });
}
