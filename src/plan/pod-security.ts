import { BootError } from '../base/errors.ts';
import type { InstalledFacts } from '../facts/types.ts';
import type { ObjectChange } from './changes.ts';
import { needsPreparation } from './steps.ts';
import type { Plan } from './types.ts';

const enforceLabel = 'pod-security.kubernetes.io/enforce';

/**
 * Makes sure that the namespace's pod security lets in the pods that these changes start: `baseline` forbids the one that
 * makes directories on the node, `restricted` also those that run as root.
 * @throws BootError `preflight` with every pod that would be refused
 */
export function requirePodSecurity(
  changes: readonly ObjectChange[],
  { services, storage, directories }: Pick<Plan, 'services' | 'storage' | 'directories'>,
  { namespace: { name, labels } }: Pick<InstalledFacts, 'namespace'>,
): void {
  const level = labels[enforceLabel];
  if (level !== 'baseline' && level !== 'restricted') return;
  const pending = changes.filter(({ action }) => action !== 'unchanged');
  const started = new Set(
    pending.flatMap(({ ref, object }) => (ref.kind === 'Deployment' && object ? [ref.name] : [])),
  );
  // Other than a path of the node, a file server's is forbidden by `restricted` alone, as is the pod's user.
  const isForbidden = storage.kind === 'local' || (storage.kind === 'nfs' && level === 'restricted');
  const makesDirectories = isForbidden && directories.length > 0 && needsPreparation(pending);
  const refused = [
    ...(makesDirectories
      ? ['the pod that makes the directories of the volumes: it mounts the root of them all, as root']
      : []),
    ...services
      .filter((service) => level === 'restricted' && service.row.security.user === 'image' && started.has(service.name))
      .map((service) => `${service.name}: its image runs as root`),
  ];
  if (refused.length === 0) return;
  throw new BootError({
    exit: 'preflight',
    object: `namespace/${name}`,
    cause: `its pod security, ${level}, does not let in what would be started; nothing was changed`,
    evidence: refused,
    hint: makesDirectories
      ? directoryPodHint(name)
      : `Allow them: kubectl label namespace ${name} --overwrite ${enforceLabel}=baseline`,
  });
}

/** What to do where the pod that makes directories isn't allowed. */
export function directoryPodHint(namespace: string): string {
  return `Take a storage class with --storage class:NAME, or allow it: kubectl label namespace ${namespace} --overwrite ${enforceLabel}=privileged`;
}
