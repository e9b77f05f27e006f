import type { KubeMeta, KubeObject } from '../base/kube-types.ts';
import type { FieldChange } from './diff.ts';

/** core/v1 PersistentVolume, as far as it is read here. */
interface Volume extends KubeObject {
  readonly spec: {
    readonly claimRef?: {
      readonly namespace?: string;
      readonly name?: string;
      readonly uid?: string;
      readonly resourceVersion?: string;
    };
  };
  readonly status?: { readonly phase?: string };
}

export interface Rebind {
  /** JSON merge patch. It fails when the volume has changed since it was read. */
  readonly patch: object;
  readonly fields: readonly FieldChange[];
}

/**
 * A volume whose claim was deleted keeps the data and stays `Released`: it remembers the old claim's uid, so that no
 * new claim can bind it, one of the same name included. This forgets the uid, for a claim that is to have the volume and
 * for no other. Server-side apply can't: the field is the controller's.
 * @param live a volume of ours
 * @returns undefined when there is nothing to forget
 */
export function rebind(live: KubeObject, claim: Pick<KubeMeta, 'namespace' | 'name'>): Rebind | undefined {
  const { spec, status, metadata } = live as Volume;
  const { claimRef } = spec;
  if (status?.phase !== 'Released' || claimRef?.uid === undefined) return undefined;
  if (claimRef.namespace !== claim.namespace || claimRef.name !== claim.name) return undefined;
  const fields = (['uid', 'resourceVersion'] as const).flatMap((name) =>
    claimRef[name] === undefined ? [] : [{ path: `spec.claimRef.${name}`, from: claimRef[name] }],
  );
  return {
    patch: {
      metadata: { resourceVersion: metadata.resourceVersion },
      spec: { claimRef: { uid: null, resourceVersion: null } },
    },
    fields,
  };
}
