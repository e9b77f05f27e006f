import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError } from '../../src/base/errors.ts';
import { findCause, loadCauses, parseCauses, type Symptom } from '../../src/wait/causes.ts';
import { readiness } from '../../src/wait/readiness.ts';
import { symptomsOf } from '../../src/wait/symptoms.ts';
import { describeFinding, hintOf, placeholders } from '../../src/wait/words.ts';
import { causeStates, looksOf, readState, stateNames, viewOf } from './replay.ts';

const causes = loadCauses();
const codes = causes.map(({ code }) => code);

/** What only the container's log tells. */
const logs: Readonly<Record<string, readonly string[]>> = {
  'wrong-architecture': ['exec /bin-dir/program: exec format error'],
};

describe('the table of causes', () => {
  it('has each code once', () => {
    assert.deepEqual(codes, [...new Set(codes)]);
  });

  it('names in its texts only words that there are', () => {
    for (const { code, title, hint = '' } of causes) {
      for (const [, word = ''] of `${title} ${hint}`.matchAll(/\{(\w+)\}/g)) {
        assert.ok((placeholders as readonly string[]).includes(word), `${code}: {${word}}`);
      }
    }
  });

  it('has a hint for everything that ends a rollout', () => {
    assert.deepEqual(
      causes.filter(({ terminal, hint }) => terminal && hint === undefined).map(({ code }) => code),
      [],
    );
  });

  it('is refused with the place when it is broken', () => {
    const broken =
      'apiVersion: edgex-boot/v1\ncauses: [{ code: x, title: x, graceMs: 0, match: [{ of: pod, reason: [x], message: "(" }] }]';
    assert.throws(
      () => parseCauses('causes.yaml', broken),
      (error) =>
        error instanceof BootError &&
        error.details.exit === 'internal' &&
        error.details.cause === 'causes.0.match.0.message: not a regular expression',
    );
  });
});

describe('a service that shows a cause', () => {
  for (const [code, objects] of causeStates()) {
    it(`is found to show ${code}`, () => {
      const view = viewOf(code, objects);
      const log = logs[code];
      const symptoms = symptomsOf(view).map((symptom): Symptom => (log ? { ...symptom, log } : symptom));
      const finding = findCause(causes, symptoms);
      assert.equal(finding?.cause.code, code);
      const text = `${describeFinding(finding, view)} ${hintOf(finding, view) ?? ''}`;
      assert.doesNotMatch(text, /\{\w+\}|undefined|\bNaN\b|: *$/);
    });
  }
});

/** What to do about a cause, as its own state shows it. */
function hintFor(code: string): string {
  const view = viewOf(code, causeStates().get(code) ?? []);
  const log = logs[code];
  const finding = findCause(
    causes,
    symptomsOf(view).map((symptom): Symptom => (log ? { ...symptom, log } : symptom)),
  );
  return (finding && hintOf(finding, view)) ?? '';
}

describe('a hint leads out', () => {
  for (const code of ['image-architecture', 'wrong-architecture']) {
    it(`of ${code}, also where the image itself is wrong and another install would take it again`, () => {
      const hint = hintFor(code);
      assert.ok(hint.includes(`services.${code}.image in the site file`), hint);
      assert.ok(hint.includes(`--without ${code}`), hint);
      assert.match(hint, /--architecture/);
    });
  }

  it('of too little memory through the site file', () => {
    const { hint = '' } = causes.find(({ code }) => code === 'out-of-memory') ?? {};
    assert.match(hint, /services\.\{service\}\.resources\.memoryLimit in the site file/);
  });

  it('of nothing by changing with kubectl what the next install would stop at', () => {
    for (const { code, hint = '' } of causes) assert.doesNotMatch(hint, /kubectl .*\b(set|edit|patch)\b/, code);
  });
});

it('every cause is shown by a state', () => {
  const shown = new Set(causeStates().keys());
  for (const name of stateNames()) {
    for (const view of looksOf(readState(name))) {
      const result = readiness(view, causes);
      if ('finding' in result && result.finding) shown.add(result.finding.cause.code);
    }
  }
  assert.deepEqual(
    codes.filter((code) => !shown.has(code)),
    [],
  );
});

describe('the words of a cause', () => {
  const unschedulable: Symptom = {
    of: 'pod',
    reason: 'Unschedulable',
    messages: [
      '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}. preemption: 0/3 nodes',
    ],
  };

  it('are those of the first row that fits, whichever symptom comes first', () => {
    const other: Symptom = { of: 'claim', reason: 'WaitForPodScheduled', messages: [] };
    assert.equal(findCause(causes, [other, unschedulable])?.cause.code, 'node-tainted');
  });

  it('quote the message that matched', () => {
    const symptom: Symptom = {
      of: 'container',
      reason: 'ImagePullBackOff',
      messages: ['Back-off pulling image "x"', 'failed: manifest unknown'],
    };
    assert.equal(findCause(causes, [symptom])?.message, 'failed: manifest unknown');
  });

  it('say nothing of what Kubernetes repeats', () => {
    const finding = findCause(causes, [unschedulable]);
    assert.ok(finding);
    assert.equal(
      describeFinding(finding, viewOf('app', [])),
      'the node has a taint that keeps it away: 0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}.',
    );
  });

  it('let a message keep its braces', () => {
    const finding = findCause(causes, [{ ...unschedulable, messages: ['untolerated taint {service}'] }]);
    assert.ok(finding);
    assert.match(describeFinding(finding, viewOf('app', [])), /untolerated taint \{service\}$/);
  });
});
