import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { loadCauses } from '../../src/wait/causes.ts';
import { readiness } from '../../src/wait/readiness.ts';
import { readState, viewAt, viewOf, worldOf } from './replay.ts';

const causes = loadCauses();
const readyAt = '2026-11-24T15:00:09Z';

type Parts = Readonly<Record<string, object>>;

/** A service that is ready, with parts of its objects changed. */
function service({ deployment = {}, spec = {}, status = {}, pod = {}, podStatus = {} }: Parts = {}) {
  const objects: readonly Partial<KubeObject>[] = [
    {
      kind: 'Deployment',
      metadata: { name: 'app', generation: 2, ...deployment },
      spec: { replicas: 1, ...spec },
      status: {
        observedGeneration: 2,
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: 1,
        availableReplicas: 1,
        ...status,
      },
    },
    {
      kind: 'Pod',
      metadata: { name: 'app-6f9797c4b6-zj587', creationTimestamp: '2026-11-24T15:00:00Z', ...pod },
      spec: { containers: [{ name: 'app', image: 'x:1' }] },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: readyAt }],
        containerStatuses: [{ name: 'app', image: 'x:1', ready: true, started: true, restartCount: 0 }],
        ...podStatus,
      },
    },
  ];
  return readiness(viewOf('app', objects), causes);
}

describe('ready', () => {
  it('is a service whose Deployment and pod both say so, since the pod has', () => {
    assert.deepEqual(service(), { state: 'ready', sinceMs: Date.parse(readyAt) });
  });

  const exceptions: Readonly<Record<string, Parts>> = {
    'before the controller has taken the Deployment up': { deployment: { generation: 3 } },
    'before a pod of the present template is there': { status: { updatedReplicas: 0 } },
    'while one of an earlier template is left': { status: { replicas: 2 } },
    'before its pod is available': { status: { availableReplicas: 0 } },
    'with a Deployment that lags behind its pod': {
      podStatus: { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: readyAt }] },
    },
    'with a pod that is being deleted': { pod: { deletionTimestamp: '2026-11-24T15:00:30Z' } },
    'with a pod that has ended': { podStatus: { phase: 'Failed' } },
    'scaled to 0': { spec: { replicas: 0 }, status: { replicas: 0, updatedReplicas: 0, availableReplicas: 0 } },
  };
  for (const [when, parts] of Object.entries(exceptions)) {
    it(`is nothing ${when}`, () => assert.notEqual(service(parts).state, 'ready'));
  }
});

describe('a single look', () => {
  const stateAt = (name: string, service: string, atMs: number): string =>
    readiness(viewAt(worldOf(readState(name).frames), service, atMs), causes).state;

  it('tells waiting in the gates from starting', () => {
    const states = [1_600, 2_400, 9_100, 12_700].map((atMs) => stateAt('gated', 'app', atMs));
    assert.deepEqual(states, ['starting', 'waiting', 'starting', 'ready']);
  });

  it('sees an image on its way, also where the status still has the last failure', () => {
    const states = [600, 1_600, 6_100, 18_100, 22_100, 172_100, 174_100].map((atMs) =>
      stateAt('image-pull-resolves', 'app', atMs),
    );
    assert.deepEqual(states, ['starting', 'pulling', 'suspect', 'suspect', 'pulling', 'starting', 'ready']);
  });

  it('believes the status where the kubelet may have kept events to itself', () => {
    const { frames } = readState('image-pull-resolves');
    const noise: Partial<KubeObject> = {
      kind: 'Event',
      reason: 'Unhealthy',
      message: 'Startup probe failed',
      count: 25,
      involvedObject: { kind: 'Pod', name: 'app-6f9797c4b6-zj587' },
    };
    const world = worldOf([...frames.filter(({ atMs }) => atMs <= 22_000), { atMs: 22_000, objects: [noise] }]);
    assert.equal(readiness(viewAt(world, 'app', 22_000), causes).state, 'suspect');
  });

  it('takes nothing of an earlier pod for the present one', () => {
    const world = worldOf(readState('replaced').frames);
    const pods = [900, 3_200, 4_600, 8_100].map((atMs) => {
      const { pod, leaving, ended } = viewAt(world, 'app', atMs);
      return [pod?.metadata.name, leaving.length, ended.length];
    });
    assert.deepEqual(pods, [
      [undefined, 1, 0],
      [undefined, 0, 1],
      ['app-5b97d6947-rzkdb', 0, 0],
      ['app-5b97d6947-rzkdb', 0, 0],
    ]);
  });

  it('suspects nothing where a claim waits for its first consumer', () => {
    const world = worldOf(readState('first-consumer').frames);
    const states = [700, 1_600, 2_400, 3_200, 4_000].map((atMs) => readiness(viewAt(world, 'app', atMs), causes).state);
    // Only the Deployment isn't there yet at first.
    assert.deepEqual(states, ['suspect', 'starting', 'starting', 'starting', 'starting']);
  });

  it('forgets the trouble with a volume once the container runs', () => {
    const container = { name: 'app', image: 'x:1', ready: false, started: false, restartCount: 0 };
    const pod = {
      kind: 'Pod',
      metadata: { name: 'app-6f9797c4b6-zj587' },
      spec: { containers: [container] },
      status: {
        containerStatuses: [{ ...container, state: { running: { startedAt: '2026-11-24T15:00:09Z' } } }],
      },
    };
    const trouble = (lastTimestamp: string) => ({
      kind: 'Event',
      type: 'Warning',
      reason: 'FailedMount',
      message: 'path does not exist',
      lastTimestamp,
      involvedObject: { kind: 'Pod', name: 'app-6f9797c4b6-zj587' },
    });
    const deployment = {
      kind: 'Deployment',
      metadata: { name: 'app', generation: 1 },
      spec: {},
      status: { observedGeneration: 1, updatedReplicas: 1 },
    };
    const states = ['2026-11-24T15:00:09Z', '2026-11-24T15:00:10Z'].map(
      (lastTimestamp) => readiness(viewOf('app', [deployment, pod, trouble(lastTimestamp)]), causes).state,
    );
    assert.deepEqual(states, ['starting', 'suspect']);
  });
});
