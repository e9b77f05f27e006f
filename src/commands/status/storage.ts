import type { ClaimFacts, VolumeFacts } from '../../facts/types.ts';
import { claimLabel, namespaceLabel } from '../../plan/labels.ts';
import type { ClaimStatus } from '../../report/status-view.ts';

/** The claims with what is behind them, and the volumes whose claims are gone: there are data on them still. */
export function describeStorage(
  claims: readonly ClaimFacts[],
  volumes: readonly VolumeFacts[],
  namespace: string,
): readonly ClaimStatus[] {
  const byName = new Map(volumes.map((volume) => [volume.name, volume]));
  const names = new Set(claims.map(({ name }) => name));
  const left = volumes.filter(
    ({ labels }) => labels[namespaceLabel] === namespace && !names.has(labels[claimLabel] ?? ''),
  );
  return [
    ...claims.map((claim) => claimStatus(claim, byName.get(claim.volumeName ?? ''))),
    ...left.map((volume) => ({
      claim: volume.labels[claimLabel] ?? '',
      size: volume.capacity,
      phase: volume.phase,
      ...volumeStatus(volume),
    })),
  ];
}

function claimStatus(
  { name, size, phase, className, volumeName }: ClaimFacts,
  volume: VolumeFacts | undefined,
): ClaimStatus {
  const known = volume
    ? volumeStatus(volume)
    : {
        ...(volumeName === undefined ? {} : { volume: volumeName }),
        ...(className === undefined ? {} : { place: `class ${className}` }),
      };
  return { claim: name, size, phase, ...known };
}

function volumeStatus(volume: VolumeFacts): Pick<ClaimStatus, 'volume' | 'place' | 'reclaimPolicy'> {
  return { volume: volume.name, place: placeOf(volume), reclaimPolicy: volume.reclaimPolicy };
}

function placeOf({ source, hostnames, className }: VolumeFacts): string {
  switch (source.kind) {
    case 'local':
    case 'hostPath':
      return `${source.path}${hostnames.length > 0 ? ` on ${hostnames.join(', ')}` : ''}`;
    case 'nfs':
      return `nfs://${source.server}${source.path}`;
    case 'csi':
      return `${source.driver}${className === '' ? '' : `, class ${className}`}`;
    case 'other':
      return className === '' ? 'a volume of another kind' : `class ${className}`;
  }
}
