import { BootError } from '../base/errors.ts';
import { formatRef, type KubeObject, refOf } from '../base/kube-types.ts';
import { type Erasure, formatSite } from '../plan/erasures.ts';
import { architectureLabel } from '../plan/labels.ts';
import { oneShotRoot, renderOneShot, renderShell, shellSecurity } from '../plan/one-shot.ts';
import { readClusterId } from './cluster-id.ts';
import { type OneShotContext, runOneShot } from './one-shot-pod.ts';
import { ownerFile } from './volume-scripts.ts';

/** Deletes the directories of volumes with all that is in them, by a pod that runs once where they are. */

const podName = 'edgex-boot-erase';
/** The path under which the pod sees the root of the directories. */
const mountPath = '/volumes';

/**
 * Runs the pod and takes it away again. A directory that is gone already is fine; the one of the namespace goes when
 * nothing else is in it.
 * @returns the claims whose directories should have been there and weren't
 * @throws BootError `rollout` with the pod's own words; see also `runOneShot`
 */
export async function eraseDirectories(erasure: Erasure, context: OneShotContext): Promise<readonly string[]> {
  const clusterId = erasure.site.kind === 'nfs' ? await readClusterId(context.kube) : undefined;
  const pod = renderPod(erasure, clusterId);
  const forbiddenHint = `Allow it: kubectl label namespace ${erasure.namespace} --overwrite pod-security.kubernetes.io/enforce=privileged`;
  const { kept } = erasure;
  const end = await runOneShot({ pod, purpose: "deletes the volumes' data", forbiddenHint }, context);
  if (end.succeeded) {
    // By the status and not by the log: the data are gone, and a node whose logs can't be read must not hold up the rest.
    const told = end.pod.status.containerStatuses?.[0]?.state?.terminated?.message ?? '';
    return kept.filter((claim) => told.split('\n').includes(claim));
  }
  const { words } = end;
  throw new BootError({
    exit: 'rollout',
    object: formatRef(refOf(pod)),
    cause: `not all data below ${formatSite(erasure.site)} could be deleted; claims and volumes are kept`,
    evidence: words.split('\n'),
    hint: 'Make the file system writable for root, or delete the directories there yourself, and run this again.',
  });
}

function renderPod(erasure: Erasure, clusterId: string | undefined): KubeObject {
  const { site, image, architecture } = erasure;
  const place =
    site.kind === 'nfs'
      ? { nfs: { server: site.server, path: site.root } }
      : { hostPath: { path: site.root, type: 'DirectoryOrCreate' } };
  const node =
    site.kind === 'nfs' ? { [architectureLabel]: architecture } : { 'kubernetes.io/hostname': site.hostname };
  return renderOneShot(podName, erasure, {
    ...oneShotRoot,
    nodeSelector: node,
    containers: [
      renderShell('erase', image, eraseScript(erasure, clusterId), {
        volumeMounts: [{ name: 'root', mountPath }],
        securityContext: { ...shellSecurity, capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE', 'FOWNER'] } },
      }),
    ],
    volumes: [{ name: 'root', ...place }],
  });
}

/** The names are Kubernetes' own, so they need no quotes; what isn't such a name must not get here. */
const plainName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** What counts is that nothing is left: a directory that is a mount of its own can be emptied, but not deleted. */
function eraseScript({ namespace, claims, kept }: Erasure, clusterId: string | undefined): string {
  for (const name of [namespace, ...claims])
    if (!plainName.test(name)) throw new Error(`no name of a directory: ${name}`);
  return [
    // A link may lead to the directory of another installation.
    `if [ -L ${mountPath}/${namespace} ]; then echo '${namespace} is a link'; exit 1; fi`,
    ...kept.map((claim) => `[ -e ${mountPath}/${namespace}/${claim} ] || echo ${claim} >> /dev/termination-log`),
    `[ -e ${mountPath}/${namespace} ] || exit 0`,
    `cd ${mountPath}/${namespace} || exit 1`,
    ...(clusterId === undefined ? [] : [ownerCheck(clusterId)]),
    `for claim in ${claims.join(' ')}; do`,
    '  rm -rf "$claim"',
    // What can't be looked at is not known to be gone.
    '  if [ -e "$claim" ] && { ! left=$(ls -A "$claim") || [ -n "$left" ]; }; then failed=1; fi',
    'done',
    // It says whose the directory is as long as something is in it.
    `if [ "$(ls -A)" = ${ownerFile} ]; then rm -f ${ownerFile}; fi`,
    'cd ..',
    `rmdir ${namespace} 2>/dev/null`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
    'exit ${failed:-0}',
  ].join('\n');
}

function ownerCheck(clusterId: string): string {
  return `owner=$(cat ${ownerFile} 2>/dev/null)
if [ -n "$owner" ] && [ "$owner" != ${clusterId} ]; then echo "the data are of another cluster: $owner"; exit 1; fi`;
}
