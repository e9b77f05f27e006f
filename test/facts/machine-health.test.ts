import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { goArchitecture, readLoneMachineHealth, readMachineHealth } from '../../src/facts/machine-health.ts';
import { clusterFacts } from '../support/facts.ts';
import { recordedSystem } from './fake-system.ts';

const bootFile = '/proc/sys/kernel/random/boot_id';

/** As a Raspberry Pi with Raspberry Pi OS has them. */
const pi = {
  [bootFile]: 'b',
  '/proc/meminfo': 'MemTotal:        3885396 kB\nMemFree:         2000000 kB\nSwapTotal:        102396 kB\n',
  '/proc/net/tcp': [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0',
    '   1: 0100007F:BBD0 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0',
  ].join('\n'),
  '/proc/net/tcp6': [
    '  sl  local_address                         remote_address                        st',
    '   0: 00000000000000000000000000000000:BBD0 00000000000000000000000000000000:0000 0A 00000000:00000000 00',
  ].join('\n'),
};

function health(files: Readonly<Record<string, string>>) {
  const { nodes } = clusterFacts({ name: 'pi', bootId: 'b' });
  return readMachineHealth(nodes, 'x64', recordedSystem({ files: { ...pi, ...files }, hostname: 'pi' }));
}

describe('what a machine tells of itself', () => {
  it('is its memory, its swap, and where something listens', () => {
    const found = health({});
    assert.equal(found?.memoryBytes, 3_885_396 * 1024);
    assert.equal(found?.swapBytes, 102_396 * 1024);
    assert.deepEqual(found?.ports, [22, 48_080]);
    assert.equal(found?.architecture, 'amd64');
    assert.equal(found?.name, 'pi');
  });

  it('is nothing where it is no node', () => {
    assert.equal(health({ [bootFile]: 'another' }), undefined);
  });

  for (const [server, isHere] of [
    ['https://127.0.0.1:6443', true],
    ['https://[::1]:6443', true],
    ['https://10.0.0.5:6443', true],
    ['https://10.0.0.6:6443', false],
    ['https://cluster.example.com', false],
  ] as const) {
    it(`of a cluster that doesn't answer at ${server} it is ${isHere ? 'told' : 'not told'}`, () => {
      const system = recordedSystem({ files: pi, hostname: 'pi', addresses: ['10.0.0.5'] });
      assert.equal(readLoneMachineHealth(server, 'arm64', system)?.name, isHere ? 'pi' : undefined);
    });
  }

  for (const [what, files, limitsMemory] of [
    ['version 2, as it should be', { '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids' }, true],
    ['version 2, as the firmware leaves it', { '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io pids' }, false],
    [
      'version 1, as it should be',
      { '/proc/cgroups': '#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t4\t60\t1\n' },
      true,
    ],
    ['version 1, as the firmware leaves it', { '/proc/cgroups': 'cpuset\t1\t1\t1\nmemory\t0\t1\t0\n' }, false],
    ['a kernel that says nothing', {}, undefined],
  ] as const) {
    it(`knows of control groups: ${what}`, () => {
      assert.equal(health(files)?.limitsMemory, limitsMemory);
    });
  }
});

it('an architecture has the name that Go gives it', () => {
  assert.deepEqual(['x64', 'arm64', 'arm'].map(goArchitecture), ['amd64', 'arm64', 'arm']);
});
