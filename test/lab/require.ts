import { type TestContext, test } from 'node:test';
import { type Lab, labUp } from './lab.ts';
import { withLock } from './lock.ts';
import { removeClasses } from './storage-class.ts';
import { labSupported } from './supported.ts';

/** The very first start builds Kubernetes, and several lab tests wait for each other. */
const timeoutMs = 60 * 60_000;
const maxSubtests = 16;

/** A test that was interrupted may have left its second node and its storage classes. */
async function cleanLab(): Promise<Lab> {
  const lab = await labUp();
  await removeClasses();
  for (const name of lab.nodes.slice(1)) await lab.nodeLeave(name);
  return lab;
}

/**
 * A test that needs the lab. It gets it up, and alone: other lab tests of this machine wait, so it may break what it
 * likes as long as it leaves the lab up. Where the lab can't run it is skipped and says why; but in CI (with `CI` in
 * the environment) it fails then, so that a green run always means that it ran.
 * @param body its subtests share the lab: those that it doesn't await one by one run at the same time
 */
export function labTest(name: string, body: (lab: Lab, context: TestContext) => Promise<void>): void {
  const reason = labSupported();
  const skip = reason !== undefined && !process.env.CI ? `the lab ${reason}` : false;
  test(name, { skip, timeout: timeoutMs, concurrency: maxSubtests }, (context) =>
    withLock(
      'test',
      () => {},
      async () => body(await cleanLab(), context),
    ),
  );
}
