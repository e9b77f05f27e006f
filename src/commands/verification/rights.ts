import { describeMissing, findMissing } from '../../apply/access.ts';
import { installRights, type Right, verifyRights } from '../../apply/rights.ts';
import { refOf } from '../../base/kube-types.ts';
import { factsOf } from '../../facts/installed.ts';
import type { KubeClient } from '../../kube/types.ts';
import { inventoryName } from '../../plan/inventory.ts';
import type { MissingRights } from '../../verify/facts.ts';
import type { LoadedRelease } from '../release.ts';
import { planOf } from './installation.ts';

export interface RightsContext {
  readonly namespace: string;
  readonly loaded: LoadedRelease;
  readonly kube: Pick<KubeClient, 'create'>;
  readonly viaProxy: boolean;
  /** There is no installation yet, so the rights are those that one takes. */
  readonly isPre: boolean;
}

/** Asks the cluster for every right that a verification takes, or an installation. */
export async function readMissingRights(context: RightsContext): Promise<MissingRights> {
  const { namespace, kube, viaProxy, isPre, loaded } = context;
  const rights = isPre ? rightsToInstall(loaded, namespace, viaProxy) : verifyRights(namespace, viaProxy);
  const missing = await findMissing(rights, kube);
  const roles = missing.length === 0 ? [] : describeMissing(missing, { name: namespace, exists: !isPre });
  return { asked: rights.length, missing: missing.length, roles };
}

/** As far as they can be told before anything has been read: those of local volumes, which take the most. */
function rightsToInstall(loaded: LoadedRelease, namespace: string, viaProxy: boolean): readonly Right[] {
  const plan = planOf(loaded, factsOf(namespace, []));
  const { claims } = Object.groupBy(plan.objects, ({ kind }) =>
    kind === 'PersistentVolumeClaim' ? 'claims' : 'others',
  );
  const volumes = (claims ?? []).map(({ metadata }) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    name: metadata.name,
  }));
  const inventory = { apiVersion: 'v1', kind: 'ConfigMap', name: inventoryName, namespace };
  const refs = [...plan.objects.map(refOf), ...volumes, inventory];
  return installRights(
    refs.map((ref) => ({ ref, action: 'created', fields: [] })),
    plan,
    viaProxy,
  );
}
