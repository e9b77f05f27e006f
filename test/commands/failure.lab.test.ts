import assert from 'node:assert/strict';
import type { BootErrorDetails } from '../../src/base/errors.ts';
import type { BootEvent } from '../../src/base/events.ts';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import { doneEvent, failureEvent, inNamespace, install, installUntil, tryInstall } from '../support/boot.ts';
import { plantedFault, plantFault, smallWith } from '../support/services.ts';

/**
 * What `install` says when a service doesn't come up: which one, why, the newest warnings, its last words, and what to do
 * next. The causes that an API server can show are in test/wait; these are the whole way.
 */

const args = smallWith('redis');
const withDevices = smallWith('redis', 'device-virtual');
const command = 'edgex-core-command';

labTest('install tells why it failed', async (lab, context) => {
  const cases: Readonly<Record<string, (lab: Lab, namespace: string) => Promise<void>>> = {
    'a service that ends at once': endsAtOnce,
    'a service that crashes later': crashesLater,
    'an image that is not to be had': hasNoImage,
    'services that never answer, when the time is over': runOutOfTime,
    'a service that is slow, but within its time': isSlow,
  };
  await Promise.all(
    Object.entries(cases).map(([what, run], index) => {
      const namespace = `mis-fail-${index + 1}`;
      return context.test(what, () => inNamespace(lab, namespace, () => run(lab, namespace)));
    }),
  );
});

/** Everything that a failure says, line by line. */
function textOf({ object, cause, evidence = [], hint = '' }: BootErrorDetails): string {
  return [object, cause, ...evidence, hint].join('\n');
}

async function endsAtOnce(lab: Lab, namespace: string): Promise<void> {
  await plantFault(lab, namespace, command, 'exit:3', args);
  const run = await tryInstall(lab, namespace, ...args);
  const failure = failureEvent(run);
  assert.equal(run.code, 4, run.stdout);
  assert.equal(failure.object, `deployment/${command} in namespace ${namespace}`);
  assert.match(failure.cause, /crashes again and again, with exit code 3/);
  assert.match(textOf(failure), /warning BackOff/);
  assert.match(textOf(failure), new RegExp(`log of ${command}, last run: empty`));
  assert.match(textOf(failure), /ready: .*edgex-core-data/);
  assert.match(failure.hint ?? '', new RegExp(`kubectl -n ${namespace} logs ${command}-\\S+`));

  assert.equal(await plantedFault(lab, namespace, command), 'exit:3', "somebody else's variable is left alone");
  await plantFault(lab, namespace, command, undefined, args);
  const { events } = await install(lab, namespace, ...args);
  assert.ok(!events.some(({ type }) => type === 'applied'), 'nothing of ours was to be changed');
}

async function crashesLater(lab: Lab, namespace: string): Promise<void> {
  await plantFault(lab, namespace, 'edgex-core-data', 'crash-after:400', withDevices);
  const run = await tryInstall(lab, namespace, ...withDevices);
  const failure = failureEvent(run);
  assert.equal(run.code, 4, run.stdout);
  assert.match(failure.object, /^deployment\/edgex-core-data /);
  assert.match(failure.cause, /crashes again and again, with exit code 1/);
  assert.match(textOf(failure), /log of edgex-core-data, last run:\n.*level=/);
}

/** Somebody names another image while the rollout is on. The lab's node has no way to any registry. */
async function hasNoImage(lab: Lab, namespace: string): Promise<void> {
  const image = 'edgexfoundry/docker-core-command-go:0.0.0';
  const isApplied = (event: BootEvent): boolean => event.type === 'applied' && event.object === `deployment/${command}`;
  const setImage = (): Promise<string> =>
    lab.kubectl(['set', 'image', `deployment/${command}`, '-n', namespace, `${command}=${image}`]);
  const run = await installUntil(lab, namespace, isApplied, setImage, ...args);
  const failure = failureEvent(run);
  assert.equal(run.code, 4, run.stdout);
  assert.match(failure.object, new RegExp(`^deployment/${command} `));
  assert.match(failure.cause, new RegExp(`the registry of ${image} can't be reached from the node: .*lookup`));
  assert.match(textOf(failure), /warning Failed/);
  assert.match(failure.hint ?? '', /import the image there/);

  const conflict = await tryInstall(lab, namespace, ...args);
  assert.equal(conflict.code, 3, conflict.stdout);
  assert.match(textOf(failureEvent(conflict)), /belong to kubectl-set; nothing was changed/);
  assert.match(textOf(failureEvent(conflict)), /\.image/);
  assert.match(failureEvent(conflict).hint ?? '', /--force-conflicts/);
  assert.equal(doneEvent(await install(lab, namespace, '--force-conflicts', ...args)).writes, 1);
}

async function runOutOfTime(lab: Lab, namespace: string): Promise<void> {
  await plantFault(lab, namespace, 'edgex-core-metadata', 'bind-fail', withDevices);
  await plantFault(lab, namespace, 'edgex-core-data', 'hang', withDevices);
  const run = await tryInstall(lab, namespace, '--timeout', '45s', ...withDevices);
  const failure = failureEvent(run);
  const text = textOf(failure);
  assert.equal(run.code, 5, run.stdout);
  assert.equal(failure.object, `3 of 6 services in namespace ${namespace}`);
  assert.match(failure.cause, /not ready after \d+ s: .*edgex-core-metadata, edgex-core-data, edgex-device-virtual/);
  assert.match(text, /edgex-core-metadata starting: it doesn't answer yet/);
  assert.match(text, /edgex-core-data starting: it doesn't answer yet/);
  assert.match(text, /edgex-device-virtual waiting: edgex-core-data to answer/);
  assert.match(text, /warning Unhealthy.*connection refused/);
  assert.match(text, /warning Unhealthy.*deadline exceeded/);
  assert.match(text, /log of edgex-core-metadata:\n(.*\n)*.*Web server stopped: .*cannot assign requested address/);
  assert.match(text, /log of gates:\n(.*\n)*.*waiting for edgex-core-data to answer/);
  assert.match(failure.hint ?? '', /--timeout sets for how long/);
}

async function isSlow(lab: Lab, namespace: string): Promise<void> {
  await plantFault(lab, namespace, command, 'slow:20000', args);
  const { events } = await install(lab, namespace, ...args);
  assert.ok(events.some((event) => event.type === 'service' && event.service === command && event.state === 'ready'));
}
