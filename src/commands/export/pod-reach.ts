import { runOneShot } from '../../apply/one-shot-pod.ts';
import { systemClock } from '../../base/clock.ts';
import type { KubeObject } from '../../base/kube-types.ts';
import type { BrokerAddress } from '../../mqtt/address.ts';
import { gateScript } from '../../plan/gates.ts';
import { architectureLabel } from '../../plan/labels.ts';
import { renderOneShot, renderShell, shellSecurity } from '../../plan/one-shot.ts';
import type { Plan } from '../../plan/types.ts';
import type { Silence } from '../../verify/export-trial.ts';
import type { TrialContext } from './context.ts';

const podName = 'edgex-boot-mqtt-reach';
/** Of trying: a connection that isn't there by then doesn't come. */
const attemptSeconds = 10;
/** Of the whole pod, whose image may have to be pulled first. */
const podSeconds = 120;

/**
 * Whether a pod of the namespace gets a connection to a broker, asked by one that tries.
 * @throws BootError when that pod can't be started
 */
export async function tryFromPod(
  { kube, plan, program: { signal } }: TrialContext,
  address: BrokerAddress,
): Promise<Silence['podReach']> {
  const task = {
    pod: renderPod(plan, address),
    purpose: 'tries to reach the broker',
    forbiddenHint: 'Allow pods that run as a user of their own in this namespace.',
    tailLines: 3,
  };
  const deadlineMs = systemClock.now() + podSeconds * 1_000;
  const { succeeded, words } = await runOneShot(task, { kube, clock: systemClock, signal, deadlineMs });
  return { isReached: succeeded, words: words || `no connection within ${attemptSeconds} s` };
}

/** Waits for the address, but not for longer. Without the shell's own number: Kubernetes takes a double `$` for one. */
export function attemptScript({ host, port }: BrokerAddress, seconds = attemptSeconds): string {
  const gate = gateScript([{ kind: 'tcp', service: host, port }]);
  return `(\n${gate}) &\ngate=$!\n(sleep ${seconds}; kill -TERM $gate) &\nwait $gate`;
}

function renderPod(plan: Plan, address: BrokerAddress): KubeObject {
  const { uid, gid } = plan.release.tools;
  return renderOneShot(podName, plan, {
    activeDeadlineSeconds: podSeconds,
    nodeSelector: { 'kubernetes.io/os': 'linux', [architectureLabel]: plan.architecture },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: uid,
      runAsGroup: gid,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      renderShell('reach', plan.toolsImage, attemptScript(address), {
        securityContext: { ...shellSecurity, capabilities: { drop: ['ALL'] } },
      }),
    ],
  });
}
