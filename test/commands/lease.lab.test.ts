import assert from 'node:assert/strict';
import { labTest } from '../lab/require.ts';
import { doneEvent, failureEvent, inNamespace, install, installUntil, tryInstall } from '../support/boot.ts';
import { smallWith } from '../support/services.ts';

const args = [...smallWith('redis'), '--no-verify'];

labTest('two runs at once: one works, the other is told who', async (lab) => {
  const namespace = 'lease-two';
  await inNamespace(lab, namespace, async () => {
    let second: ReturnType<typeof tryInstall> | undefined;
    const first = await installUntil(
      lab,
      namespace,
      ({ type }) => type === 'applied',
      () => {
        second = tryInstall(lab, namespace, ...args);
      },
      ...args,
    );
    assert.equal(first.code, 0, first.stdout);
    const run = await second;
    assert.ok(run);
    // It may have looked when the first one was done already.
    if (run.code === 0) assert.fail('the first run was over before the second one looked');
    assert.equal(run.code, 7, run.stdout);
    assert.match(failureEvent(run).object, /^lease\/edgex-boot in namespace lease-two$|^namespace lease-two$/);
    assert.match(
      failureEvent(run).cause,
      /another run works on this installation: \S+, process \d+|another run has changed/,
    );
    assert.equal(doneEvent(await install(lab, namespace, ...args)).writes, 0);
  });
});

labTest('after kill -9 in the middle the next run takes over, and ends it', async (lab) => {
  const namespace = 'lease-kill';
  await inNamespace(lab, namespace, async () => {
    const killed = await installUntil(
      lab,
      namespace,
      (event) => event.type === 'applied' && event.object.startsWith('deployment/'),
      (kill) => kill('SIGKILL'),
      ...args,
    );
    assert.notEqual(killed.code, 0);
    const next = await install(lab, namespace, ...args);
    assert.ok(doneEvent(next).writes > 0);
    assert.equal(doneEvent(await install(lab, namespace, ...args)).writes, 0);
  });
});

labTest('a signal ends a run soon, with the lease given back', async (lab) => {
  const namespace = 'lease-term';
  await inNamespace(lab, namespace, async () => {
    const ended = await installUntil(
      lab,
      namespace,
      (event) => event.type === 'applied' && event.object.startsWith('deployment/'),
      (kill) => kill('SIGTERM'),
      ...args,
    );
    assert.equal(ended.code, 143, ended.stdout);
    assert.match(failureEvent(ended).cause, /stopped by SIGTERM/);
    const holder = await lab.kubectl([
      ...['get', 'lease', 'edgex-boot', '-n', namespace],
      ...['-o', 'jsonpath={.spec.holderIdentity}'],
    ]);
    assert.equal(holder, '');
    console.log(`ended ${Math.round(ended.sinceMs)} ms after the signal`);
    await install(lab, namespace, ...args);
  });
});
