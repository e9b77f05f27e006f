import { systemClock } from '../src/base/clock.ts';
import { loadDistributions } from '../src/facts/distributions.ts';
import { findKubeconfig } from '../src/facts/kubeconfig.ts';
import { localMachine } from '../src/facts/machine.ts';
import { openCluster } from '../src/kube/client.ts';
import { labUp } from './lab/lab.ts';
import { runInherited } from './support/exec.ts';

/**
 * `npm run demo`: builds the binary, takes the cluster that KUBECONFIG names or else starts the lab, installs EdgeX
 * there and shows events arriving.
 */

const binary = './dist/edgex-boot';
const watchSeconds = 20;

await runInherited(process.execPath, ['build/build.ts']);
const given = process.env.KUBECONFIG;
const kubeconfig = given ?? (await labUp()).kubeconfig;
const env = { ...process.env, KUBECONFIG: kubeconfig };
console.log(`\n$ KUBECONFIG=${kubeconfig} ${binary} install\n`);
await runInherited(binary, ['install'], { env });

const kube = openCluster(findKubeconfig({}, localMachine(env), loadDistributions()), { clock: systemClock });

console.log(`\nEvents in core-data, for ${watchSeconds} s:`);
for (let second = 0; second <= watchSeconds; second += 5) {
  if (second > 0) await new Promise((resolve) => setTimeout(resolve, 5000));
  console.log(`  after ${String(second).padStart(2)} s: ${await eventCount()}`);
}

console.log(`
Look around:  export KUBECONFIG=${kubeconfig}
              ${binary} plan              nothing left to change
              ${binary} config render     the settings in Consul
${given ? '' : `Stop:         npm run lab down            the lab and everything in it\n`}`);

/** Asks core-data through the API server, as anybody with a kubeconfig could. */
async function eventCount(): Promise<string> {
  const { status, body } = await kube.proxy('edgex', 'edgex-core-data', 48080, { path: '/api/v1/event/count' });
  return status === 200 ? `${body.trim()} events` : `core-data answers ${status}`;
}
