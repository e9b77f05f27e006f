import { importImages } from '../../apply/image-archive.ts';
import { BootError } from '../../base/errors.ts';
import type { Emit } from '../../base/events.ts';
import { systemFiles } from '../../facts/system-files.ts';
import { findThisNode } from '../../facts/this-node.ts';
import type { KubeClient } from '../../kube/types.ts';
import type { Options } from '../../options/resolve.ts';
import { guestImages, missingImages } from '../../plan/images.ts';
import { readPods } from '../../verify/pods.ts';
import type { Prepared } from '../prepare.ts';
import type { Program } from '../program.ts';

/**
 * Tells which images no node is known to have yet, or brings them from the archive that was named. A kubelet reports its
 * images minutes late, and whether it reaches a registry only itself finds out: this program calls none.
 * @throws BootError as `importImages`; `preflight` where this machine is no node, whose images would go astray
 */
export async function provideImages(
  { plan, cluster }: Pick<Prepared, 'plan' | 'cluster'>,
  { imageArchive: archive, mqttCheck }: Pick<Options, 'imageArchive' | 'mqttCheck'>,
  { env, signal }: Pick<Program, 'env' | 'signal'>,
  emit: Emit,
): Promise<void> {
  const guests = guestImages(plan.release, plan.architecture, mqttCheck);
  const wanted = new Set([plan.toolsImage, ...plan.services.map(({ image }) => image), ...guests]);
  const { images, registries } = missingImages(wanted, cluster.nodes);
  if (images.length === 0) return;
  if (archive === undefined) {
    const value = `no node reports ${images.length} of ${wanted.size} yet; what is missing comes from ${registries.join(', ')}`;
    emit({ type: 'fact', name: 'images', value });
    return;
  }
  if (!env.CONTAINERD_ADDRESS && !findThisNode(cluster.nodes, systemFiles)) {
    throw new BootError({
      exit: 'preflight',
      object: `--image-archive ${archive}`,
      cause: 'this machine is no node of the cluster, so its containers would not find the images',
      hint: 'Run this on the node; CONTAINERD_ADDRESS names a containerd elsewhere.',
    });
  }
  emit({ type: 'stage', stage: 'apply', message: `importing the images of ${archive}` });
  await importImages(archive, { env, signal });
}

/** What a kubelet says of a container whose image it can't get. */
const imageReasons: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull']);

/** True where a pod of the installation waits for its image: all objects may be as planned even so. */
export async function waitsForImage(kube: Pick<KubeClient, 'list'>, namespace: string): Promise<boolean> {
  const pods = await readPods(kube, namespace);
  return [...pods.values()]
    .flat()
    .some(({ status: { initContainerStatuses = [], containerStatuses = [] } }) =>
      [...initContainerStatuses, ...containerStatuses].some(({ state }) =>
        imageReasons.has(state?.waiting?.reason ?? ''),
      ),
    );
}
