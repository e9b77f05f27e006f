import { initOf } from './node.ts';
import { nodeName } from './places.ts';
import { type RunOptions, run, until } from './run.ts';

const startTimeoutMs = 30_000;

/**
 * Runs containerd's own client inside of a node, in Kubernetes' namespace.
 * @throws Error when the node is off or the command fails
 */
export async function ctr(index: number, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const pid = initOf(index);
  if (pid === undefined) throw new Error(`${nodeName(index)} is off`);
  return run(['nsenter', '--mount', `--target=${pid}`, 'ctr', '--namespace=k8s.io', ...args], options);
}

/** Waits until a node's containerd answers. */
export async function containerdAnswers(index: number): Promise<void> {
  await until(`${nodeName(index)}: containerd`, startTimeoutMs, async () => {
    await ctr(index, ['version']);
    return true;
  });
}
