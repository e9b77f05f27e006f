import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { loadCauses } from '../../src/wait/causes.ts';
import { diagnose } from '../../src/wait/diagnose.ts';
import { logLines, logSource, warningLines } from '../../src/wait/evidence.ts';
import { looksOf, readState, viewOf } from './replay.ts';

const pod = 'app-6f9797c4b6-zj587';

function event(kind: string, name: string, second: number, message: string, more: object = {}): Partial<KubeObject> {
  const lastTimestamp = `2026-11-24T15:00:0${second}Z`;
  return {
    kind: 'Event',
    type: 'Warning',
    reason: 'Failed',
    message,
    lastTimestamp,
    involvedObject: { kind, name },
    ...more,
  };
}

function container(name: string, status: object): object {
  return { name, image: 'x:1', ready: false, restartCount: 0, ...status };
}

function service(
  containers: readonly object[],
  init: readonly object[] = [],
  events: readonly Partial<KubeObject>[] = [],
) {
  return viewOf('app', [
    {
      kind: 'Deployment',
      metadata: { name: 'app', generation: 1 },
      spec: {},
      status: { observedGeneration: 1, updatedReplicas: 1 },
    },
    {
      kind: 'Pod',
      metadata: { name: pod },
      spec: { containers: [] },
      status: { containerStatuses: containers, initContainerStatuses: init },
    },
    ...events,
  ]);
}

const running = { state: { running: {} } };
const terminated = { exitCode: 1 };

describe('the warnings of a service', () => {
  it('are the three newest that say something, of what is there now', () => {
    const view = service(
      [],
      [],
      [
        event('Pod', pod, 1, 'first'),
        event('Pod', pod, 2, 'second', { count: 4 }),
        event('ReplicaSet', 'app-6f9797c4b6', 3, 'Error creating: pods "app-6f9797c4b6-a" is forbidden: third'),
        event('ReplicaSet', 'app-6f9797c4b6', 4, 'Error creating: pods "app-6f9797c4b6-b" is forbidden: third'),
        event('PersistentVolumeClaim', 'app', 5, 'fourth'),
        event('Pod', pod, 6, 'Back-off restarting failed container app'),
        event('Pod', 'app-6f9797c4b6-q7x2m', 7, 'of a pod that is gone'),
        event('Pod', 'app-other-6f9797c4b6-q7x2m', 7, 'of another service'),
        event('Pod', pod, 8, 'no warning', { type: 'Normal' }),
      ],
    );
    assert.deepEqual(warningLines(view), [
      'warning Failed: fourth',
      'warning Failed: third',
      'warning Failed (4 times): second',
    ]);
  });

  it('repeat what is known already only where there is nothing else', () => {
    const view = service([], [], [event('Pod', pod, 1, 'Error: ErrImagePull'), event('Pod', pod, 0, 'no such host')]);
    assert.deepEqual(warningLines(view), ['warning Failed: no such host', 'warning Failed: Error: ErrImagePull']);
  });
});

describe('the log that tells most', () => {
  const finding = (name: string) => {
    const [cause] = loadCauses();
    assert.ok(cause);
    return { cause, symptom: { of: 'container', reason: 'x', messages: [], container: name } } as const;
  };

  it('is that of the container that the cause is about', () => {
    const view = service([container('app', running), container('side', running)]);
    assert.deepEqual(logSource(view, finding('side')), { pod, container: 'side', previous: false });
  });

  it('is else that of the first one that is not done, init containers first', () => {
    const done = { ...running, ready: true };
    const view = service([container('app', running)], [container('made', done), container('gates', running)]);
    assert.equal(logSource(view, undefined)?.container, 'gates');
  });

  it('is of the last run where another one goes on, or is waited for', () => {
    const previous = [
      { state: { running: {} }, lastState: { terminated } },
      { state: { waiting: {} }, lastState: { terminated } },
      { state: { terminated }, lastState: { terminated } },
      { state: { running: {} } },
    ].map((status) => logSource(service([container('app', status)]), undefined)?.previous);
    assert.deepEqual(previous, [true, true, false, false]);
  });

  it('is none while no container has run', () => {
    assert.equal(logSource(service([container('app', { state: { waiting: {} } })]), undefined), undefined);
    assert.equal(logSource(viewOf('app', []), undefined), undefined);
  });

  it('is in lines that a person can read', () => {
    assert.deepEqual(logLines(`one\r\n\n  two  \n${'x'.repeat(500)}\n`), ['one', '  two', `${'x'.repeat(400)}…`]);
  });

  it('is of the run that goes on where the last one’s is gone', async () => {
    const view = looksOf(readState('crash-loop')).at(-1);
    assert.ok(view);
    const asked: boolean[] = [];
    const logs = async (_namespace: string, _pod: string, _container: string, options: { previous?: boolean }) => {
      asked.push(options.previous ?? false);
      return options.previous ? '' : 'of now\n';
    };
    const [diagnosis] = await diagnose([{ service: 'app', state: 'starting' }], [view], { logs }, loadCauses());
    assert.deepEqual(asked, [true, false]);
    assert.equal(diagnosis?.evidence.at(-1), '  of now');
  });
});
