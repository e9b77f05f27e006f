import { labUp } from './lab/lab.ts';
import { runInherited } from './support/exec.ts';

/**
 * `npm run demo`: builds the binary, takes the cluster that KUBECONFIG names or else starts the lab, installs EdgeX
 * there, and verifies it: that events arrive, and that commands come back.
 */

const binary = './dist/edgex-boot';

await runInherited(process.execPath, ['build/build.ts']);
const given = process.env.KUBECONFIG;
const kubeconfig = given ?? (await labUp()).kubeconfig;
const env = { ...process.env, KUBECONFIG: kubeconfig };
// What has just started may still be on its way to the registry.
for (const args of [['install'], ['verify', '--wait', '1m']]) {
  console.log(`\n$ KUBECONFIG=${kubeconfig} ${binary} ${args.join(' ')}\n`);
  await runInherited(binary, args, { env });
}

console.log(`
Look around:  export KUBECONFIG=${kubeconfig}
              ${binary} status            what runs, and where it is reached
              ${binary} plan              nothing left to change
              ${binary} config render     the settings in Consul
${given ? '' : `Stop:         npm run lab down            the lab and everything in it\n`}`);
