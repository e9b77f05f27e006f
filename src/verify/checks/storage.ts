import { formatBytes } from '../../base/quantity.ts';
import type { ClaimFacts, VolumeFacts } from '../../facts/types.ts';
import { claimLabel, managedByLabel, managedByValue, namespaceLabel } from '../../plan/labels.ts';
import type { VerifyFacts } from '../facts.ts';
import { type Defect, judged, skipped } from '../finding.ts';
import type { Probe } from '../run-checks.ts';

const minFreeShare = 0.05;
const minFreeBytes = 32 * 2 ** 20;
const minFreeInodesShare = 0.02;

/** A claim of the plan, and what there is of it. */
interface Kept {
  readonly name: string;
  readonly claim: ClaimFacts | undefined;
  readonly volume: VolumeFacts | undefined;
}

/** The probes of category storage, by code. */
export const storageProbes: Readonly<Record<string, Probe<VerifyFacts>>> = {
  'claims-bound': async (facts) => {
    const kept = await keptData(facts);
    const defects = kept.flatMap(({ name, claim }): Defect[] => {
      const object = `pvc/${name}`;
      if (!claim) return [{ object, cause: 'it is not there' }];
      return claim.phase === 'Bound' ? [] : [{ object, cause: `it is ${claim.phase}` }];
    });
    return judged(defects, kept.map(({ name }) => name).join(', '));
  },

  'volumes-present': async (facts) => {
    const [kept, { nodes }] = await Promise.all([keptData(facts), facts.cluster()]);
    const defects = kept.flatMap(({ claim, volume }): Defect[] => {
      // A claim that waits for its volume, or has lost it, is told as such.
      if (claim?.volumeName === undefined || claim.phase !== 'Bound') return [];
      const object = `pv/${claim.volumeName}`;
      if (!volume) return [{ object, cause: 'it is not there' }];
      if (volume.phase !== 'Bound') return [{ object, cause: `it is ${volume.phase}` }];
      const isReachable =
        nodes.length === 0 ||
        volume.hostnames.length === 0 ||
        nodes.some(({ hostname }) => volume.hostnames.includes(hostname));
      return isReachable ? [] : [{ object, cause: `it is on node ${volume.hostnames.join(', ')}, which is not there` }];
    });
    return judged(
      defects,
      volumesOf(kept)
        .map(({ name }) => name)
        .join(', '),
    );
  },

  'volumes-retained': async (facts) => {
    const volumes = volumesOf(await keptData(facts));
    const ours = volumes.filter(isManaged);
    const defects = ours
      .filter(({ reclaimPolicy }) => reclaimPolicy !== 'Retain')
      .map(
        ({ name, reclaimPolicy }): Defect => ({
          object: `pv/${name}`,
          cause: `its data go with its claim (${reclaimPolicy})`,
        }),
      );
    const others = volumes.filter((volume) => !isManaged(volume) && volume.reclaimPolicy !== 'Retain');
    const note = others.length === 0 ? [] : [`${others.length} of a storage class go with their claims`];
    return judged(
      defects,
      [...(ours.length > 0 ? [`Retain: ${ours.length}`] : []), ...note].join('; ') || 'made by others, and kept',
    );
  },

  'volumes-labelled': async (facts) => {
    const [kept, { storage }] = await Promise.all([keptData(facts), facts.installation()]);
    const makesVolumes = /^(local|nfs):/.test(storage);
    const defects = kept.flatMap(({ name, claim, volume }): Defect[] => {
      const wanted = { [managedByLabel]: managedByValue, [claimLabel]: name };
      return [
        ...(claim ? lost(`pvc/${name}`, claim.labels, wanted) : []),
        ...(volume && makesVolumes
          ? lost(`pv/${volume.name}`, volume.labels, { ...wanted, [namespaceLabel]: facts.namespace })
          : []),
      ];
    });
    return judged(defects, 'all');
  },

  'volumes-free': async (facts) => {
    const [spaces, plan] = await Promise.all([facts.volumeSpace(), facts.plan()]);
    if (!spaces) return skipped('the user may not ask the kubelets (get nodes/proxy)');
    const names = plan.services.flatMap(({ row }) => row.claims.map(({ name }) => name));
    const ours = spaces.filter(({ claim }) => names.includes(claim));
    if (ours.length === 0) return skipped("the kubelet hasn't measured the volumes yet; it does so every minute");
    const defects = ours.flatMap(({ claim, sizeBytes, freeBytes, inodes }): Defect[] => {
      const object = `pvc/${claim}`;
      if (freeBytes < minFreeBytes || freeBytes < sizeBytes * minFreeShare) {
        return [{ object, cause: `${formatBytes(freeBytes)} of ${formatBytes(sizeBytes)} are left` }];
      }
      const isOut = inodes && inodes.all > 0 && inodes.free < inodes.all * minFreeInodesShare;
      return isOut ? [{ object, cause: `${inodes.free} of ${inodes.all} files are left` }] : [];
    });
    return judged(defects, ours.map(({ claim, freeBytes }) => `${claim}: ${formatBytes(freeBytes)} free`).join('; '));
  },
};

async function keptData(facts: VerifyFacts): Promise<readonly Kept[]> {
  const [{ services }, { claims, volumes }] = await Promise.all([facts.plan(), facts.storage()]);
  return services.flatMap(({ row }) =>
    row.claims.map(({ name }) => {
      const claim = claims.find((each) => each.name === name);
      return { name, claim, volume: volumes.find((volume) => volume.name === claim?.volumeName) };
    }),
  );
}

function volumesOf(kept: readonly Kept[]): readonly VolumeFacts[] {
  return kept.flatMap(({ volume }) => volume ?? []);
}

function isManaged({ labels }: VolumeFacts): boolean {
  return labels[managedByLabel] === managedByValue;
}

function lost(
  object: string,
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): readonly Defect[] {
  const missing = Object.entries(wanted).filter(([key, value]) => labels[key] !== value);
  return missing.length === 0
    ? []
    : [{ object, cause: `it lacks ${missing.map(([key, value]) => `${key}=${value}`).join(', ')}` }];
}
