import { importImages } from '../../apply/image-archive.ts';
import { BootError } from '../../base/errors.ts';
import type { Emit } from '../../base/events.ts';
import { systemFiles } from '../../facts/system-files.ts';
import { findThisNode } from '../../facts/this-node.ts';
import type { Options } from '../../options/resolve.ts';
import { guestImages, missingImages } from '../../plan/images.ts';
import type { Prepared } from '../prepare.ts';
import type { Program } from '../program.ts';
import { pendingChanges } from './apply.ts';

/**
 * Tells which images no node is known to have yet, or brings them from the archive that was named. A kubelet reports its
 * images minutes late, and whether it reaches a registry only itself finds out: this program calls none.
 * @throws BootError as `importImages`; `preflight` where this machine is no node, whose images would go astray
 */
export async function provideImages(
  { plan, cluster, changes }: Pick<Prepared, 'plan' | 'cluster' | 'changes'>,
  { imageArchive: archive, mqttCheck }: Pick<Options, 'imageArchive' | 'mqttCheck'>,
  { env, signal }: Pick<Program, 'env' | 'signal'>,
  emit: Emit,
): Promise<void> {
  const guests = guestImages(plan.release, plan.architecture, mqttCheck);
  const wanted = new Set([plan.toolsImage, ...plan.services.map(({ image }) => image), ...guests]);
  const { images, registries } = missingImages(wanted, cluster.nodes);
  if (images.length === 0) return;
  if (archive === undefined) {
    // No news where nothing is to be rolled out: a node reports a part of its images only.
    if (pendingChanges({ changes }).length === 0) return;
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
