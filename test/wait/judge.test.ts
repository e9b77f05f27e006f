import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Cause, type Finding, loadCauses, type Symptom } from '../../src/wait/causes.ts';
import { judge, type Look, type Suspicions } from '../../src/wait/judge.ts';
import type { Readiness } from '../../src/wait/readiness.ts';
import { viewOf } from './replay.ts';

const causes = new Map(loadCauses().map((cause) => [cause.code, cause]));

function finding(code: string, symptom: Partial<Symptom> = {}): Finding {
  const cause = causes.get(code) as Cause;
  return { cause, symptom: { of: 'container', reason: 'x', messages: [], ...symptom } };
}

function suspect(code: string, symptom: Partial<Symptom> = {}): Readiness {
  return { state: 'suspect', finding: finding(code, symptom) };
}

function look(service: string, readiness: Readiness, needs: readonly string[] = []): Look {
  const described = needs.map((need) => ({ service: need, description: `${need} to answer`, later: false }));
  return { view: { ...viewOf(service, []), needs: described }, readiness };
}

/** The verdicts on one service, look by look. */
function states(steps: readonly (readonly [atMs: number, ...looks: Look[]])[]): readonly string[] {
  let suspicions: Suspicions = new Map();
  return steps.map(([atMs, ...looks]) => {
    const judgement = judge(looks, suspicions, atMs);
    suspicions = judgement.suspicions;
    return judgement.verdicts[0]?.state ?? '';
  });
}

const starting: Readiness = { state: 'starting' };
const ready = (sinceMs: number): Readiness => ({ state: 'ready', sinceMs });

describe('a cause', () => {
  it('has failed a service once it has lasted for its grace', () => {
    const app = look('app', suspect('configuration-missing'));
    assert.deepEqual(
      states([
        [0, app],
        [9_999, app],
        [10_000, app],
      ]),
      ['starting', 'starting', 'failed'],
    );
  });

  it('has lasted also when it was away for a moment', () => {
    const app = look('app', suspect('image-pull'));
    const between = look('app', { state: 'pulling', images: ['x'] });
    const seen = states([
      [0, app],
      [20_000, app],
      [35_000, between],
      [64_999, app],
    ]);
    assert.deepEqual(seen, ['starting', 'starting', 'pulling', 'failed']);
  });

  it('begins anew when it was away for long', () => {
    const app = look('app', suspect('image-pull'));
    assert.deepEqual(
      states([
        [0, app],
        [20_000, app],
        [65_001, app],
      ]),
      ['starting', 'starting', 'starting'],
    );
  });

  it('that ended a container keeps its service from being ready until it has stayed up for a while', () => {
    const crashed = look('app', suspect('crash-loop', { ended: 'Error', exitCode: 1 }));
    const up = look('app', ready(0));
    assert.deepEqual(
      states([
        [0, crashed],
        [2_000, up],
        [9_999, up],
        [10_000, up],
      ]),
      ['starting', 'starting', 'starting', 'ready'],
    );
  });

  it('lasts by itself, whatever else shows in between', () => {
    const app = look('app', suspect('crash-loop'));
    const note = look('app', { state: 'starting', finding: finding('no-progress') });
    assert.deepEqual(
      states([
        [0, app],
        [5_000, note],
        [10_000, app],
      ]),
      ['starting', 'starting', 'failed'],
    );
  });

  it('fails each service by its own time', () => {
    const [app, other] = [look('app', suspect('image-pull')), look('other', suspect('image-pull'))];
    assert.deepEqual(
      states([
        [0, other],
        [60_000, app, other],
      ]),
      ['starting', 'starting'],
    );
  });

  it('is told as what may well pass once it has lasted, and never fails a service then', () => {
    const app = look('app', { state: 'starting', finding: finding('startup-not-passed') });
    const first = judge([app], new Map(), 0);
    const second = judge([app], first.suspicions, 1_000_000);
    const third = judge([app], judge([app], first.suspicions, 5_000).suspicions, 40_000);
    assert.deepEqual(
      [first, second, third].map(({ verdicts }) => [verdicts[0]?.state, verdicts[0]?.reason]),
      [
        ['starting', undefined],
        ['starting', undefined],
        ['starting', "it doesn't answer yet"],
      ],
    );
  });
});

describe('a cause that may come from another service', () => {
  const crash = (beganAtMs: number, needs = ['database']) => look('app', suspect('crash-loop', { beganAtMs }), needs);
  const database = (readiness: Readiness) => look('database', readiness);

  it('is waiting for that service while it is not ready', () => {
    const looks = [crash(5_000), database(starting)] as const;
    const { verdicts } = judge(looks, new Map(), 0);
    assert.equal(verdicts[0]?.reason, 'database to answer');
    assert.deepEqual(
      states([
        [0, ...looks],
        [600_000, ...looks],
      ]),
      ['waiting', 'waiting'],
    );
  });

  it('does not count of a run that began before that service was ready', () => {
    const looks = [crash(5_000), database(ready(5_000))] as const;
    assert.deepEqual(
      states([
        [0, ...looks],
        [30_000, ...looks],
      ]),
      ['starting', 'starting'],
    );
  });

  it('counts of a run that began with it ready', () => {
    const looks = [crash(5_001), database(ready(5_000))] as const;
    assert.deepEqual(
      states([
        [0, ...looks],
        [10_000, ...looks],
      ]),
      ['starting', 'failed'],
    );
  });

  it('counts from when all that it needs is ready', () => {
    const before = [crash(9_000, ['database', 'registry']), database(ready(1)), look('registry', starting)] as const;
    const after = [crash(9_000, ['database', 'registry']), database(ready(1)), look('registry', ready(2))] as const;
    assert.deepEqual(
      states([
        [0, ...before],
        [20_000, ...after],
        [29_999, ...after],
        [30_000, ...after],
      ]),
      ['waiting', 'starting', 'starting', 'failed'],
    );
  });

  it('counts where that service is no part of the rollout', () => {
    assert.deepEqual(
      states([
        [0, crash(5_000)],
        [10_000, crash(5_000)],
      ]),
      ['starting', 'failed'],
    );
  });

  it('is not asked of a cause that is the service’s own', () => {
    const looks = [look('app', suspect('configuration-missing'), ['database']), database(starting)] as const;
    assert.deepEqual(
      states([
        [0, ...looks],
        [10_000, ...looks],
      ]),
      ['starting', 'failed'],
    );
  });
});

describe('a service in its gates', () => {
  const reasonOf = (needs: Look['view']['needs'], ...others: readonly Look[]): string | undefined => {
    const gated: Look = { view: { ...viewOf('app', []), needs }, readiness: { state: 'waiting' } };
    return judge([gated, ...others], new Map(), 0).verdicts[0]?.reason;
  };
  const needs = [
    { service: 'registry', description: 'its settings', later: true },
    { service: 'database', description: 'the database', later: false },
  ];

  it('waits for the first need that is not ready', () => {
    assert.equal(reasonOf(needs, look('registry', ready(1)), look('database', starting)), 'the database');
  });

  it('waits for what comes later than ready, once all are', () => {
    assert.equal(reasonOf(needs, look('registry', ready(1)), look('database', ready(1))), 'its settings');
  });

  it('waits for the last one otherwise', () => {
    assert.equal(reasonOf(needs.slice(1), look('database', ready(1))), 'the database');
  });
});
