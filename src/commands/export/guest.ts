import { systemClock } from '../../base/clock.ts';
import { isBootError } from '../../base/errors.ts';
import { type KubeObject, type ObjectRef, refOf } from '../../base/kube-types.ts';
import { askUntil, type Patience } from '../../consul/ask.ts';
import { consulStore, type KeyValueStore } from '../../consul/kv.ts';
import { seedConfiguration } from '../../consul/seed.ts';
import { factsOf } from '../../facts/installed.ts';
import type { Addition } from '../../plan/addition.ts';
import { inventoryName, listRefs, readInventory, refKey } from '../../plan/inventory.ts';
import { commonLabels } from '../../plan/labels.ts';
import { isManaged, requireOwnership } from '../../plan/ownership.ts';
import { ledgerKey, planSeed, seedPrefixes } from '../../plan/seed.ts';
import type { Plan, ServiceConfiguration } from '../../plan/types.ts';
import { loadCauses } from '../../wait/causes.ts';
import { awaitRollout } from '../../wait/rollout.ts';
import { registryOf } from '../stages/run.ts';
import { type TrialContext, temporaryAnnotation } from './context.ts';

/**
 * A service that is in an installation for a trial only. It is on the inventory like any other, so what an interrupted
 * trial leaves behind goes with the next `install` or `uninstall`.
 */

/** What it takes to pull an image, too. */
const rolloutMs = 120_000;
/** For each of the questions when the guest leaves; after an interrupt there is little time. */
const farewellMs = 2_000;

/** Files for a guest's container that not everybody may read. */
export interface GuestSecret {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

/** True for a service that is there to stay, whoever made it. */
export function isResident(deployment: KubeObject | undefined): deployment is KubeObject {
  return deployment !== undefined && deployment.metadata.annotations?.[temporaryAnnotation] === undefined;
}

/**
 * Applies the service, seeds its settings and waits until it is ready.
 * @param onStarted is given the means to take it away again, before the first write; not where it is to stay
 * @param secret goes with it
 * @throws BootError `preflight` when something foreign is in the way; as the apply, `seedConfiguration` and `awaitRollout`
 */
export async function welcome(
  addition: Addition,
  context: TrialContext,
  onStarted: (leave: () => Promise<void>) => void,
  secret?: GuestSecret,
): Promise<void> {
  const { kube, plan, reach, wish, emit, program } = context;
  const { configuration, objects } = addition;
  const { signal } = program;
  const refs = objects.map(refOf);
  await requireOwn(objects, context);
  if (!wish.keep) onStarted(() => sendOff(addition, context));
  await listOnInventory(context, (present) => [...present, ...refs]);
  for (const object of objects) {
    signal.throwIfAborted();
    const applied = await kube.apply(object);
    if (secret && object.kind === 'Deployment') await kube.apply(renderSecret(secret, applied, plan));
  }
  if (configuration) {
    const patience = patienceFor(rolloutMs, signal);
    const store = consulStore(reach, registryOf(plan), patience);
    await seedConfiguration({ ...patience, store, release: plan.release.release, emit }, [configuration]);
  }
  await awaitService(addition.service, context, rolloutMs);
}

async function requireOwn(objects: readonly KubeObject[], { kube, plan: { namespace } }: TrialContext): Promise<void> {
  const live = await Promise.all(objects.map((object) => kube.get(refOf(object))));
  requireOwnership(
    objects,
    factsOf(
      namespace,
      live.filter((object) => object !== undefined),
    ),
  );
}

/** Not on the inventory, since it goes with the Deployment, whoever deletes that. */
function renderSecret(
  { name, files }: GuestSecret,
  { apiVersion, kind, metadata }: KubeObject,
  { namespace, release }: Plan,
): KubeObject {
  const ownerReferences = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' }];
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: commonLabels(release), ownerReferences },
    stringData: files,
  };
}

/**
 * Waits until a service is ready.
 * @throws BootError as `awaitRollout`
 */
export async function awaitService(
  service: Addition['service'],
  { kube, plan, emit, program: { signal } }: TrialContext,
  timeoutMs: number,
): Promise<void> {
  await awaitRollout([service], {
    kube,
    namespace: plan.namespace,
    clock: systemClock,
    signal,
    emit,
    deadlineMs: systemClock.now() + timeoutMs,
    causes: loadCauses(),
  });
}

/** Takes a guest away with its settings and its registration. What can't be taken away doesn't keep the rest. */
async function sendOff({ service, objects, configuration }: Addition, context: TrialContext): Promise<void> {
  const { kube, plan, reach, emit } = context;
  const step = async (object: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isBootError(error)) throw error;
      const message = `it was started for the check and could not be taken away: ${error.details.cause}`;
      emit({ type: 'warning', object, message });
    }
  };
  const refs = objects.map(refOf);
  for (const ref of refs.toReversed()) await step(refKey(ref), () => kube.delete(ref));
  const { registration } = service.row;
  if (registration !== undefined) {
    const request = {
      method: 'PUT',
      path: `/v1/agent/service/deregister/${encodeURIComponent(registration)}`,
    } as const;
    const done = (): { value: true } => ({ value: true });
    await step(`registration ${registration}`, () =>
      askUntil(reach, registryOf(plan), request, done, patienceFor(farewellMs)),
    );
  }
  if (configuration) {
    const store = consulStore(reach, registryOf(plan), patienceFor(farewellMs));
    await step(`settings of ${service.name}`, () => removeSettings(store, configuration, plan.release.release));
  }
  await step(`configmap/${inventoryName}`, () =>
    listOnInventory(context, (present) => present.filter((ref) => !refs.some((own) => refKey(own) === refKey(ref)))),
  );
}

/** Takes back what the seeding wrote. A key that somebody else set is his, and then the record of ours stays, too. */
async function removeSettings(
  store: KeyValueStore,
  configuration: ServiceConfiguration,
  release: string,
): Promise<void> {
  const { service } = configuration;
  const parts = await Promise.all(seedPrefixes([configuration]).map((prefix) => store.read(prefix)));
  const stored = new Map(parts.flatMap((part) => [...part]));
  const { operations, kept } = planSeed({ service, keys: {} }, stored, release);
  const ledger = ledgerKey(service);
  const record = stored.get(ledger);
  const deletions = operations.filter(({ verb }) => verb === 'delete');
  const last = record && kept.length === 0 ? [{ verb: 'delete', key: ledger, index: record.modifyIndex } as const] : [];
  await store.commit([...deletions, ...last]);
}

async function listOnInventory(
  { kube, plan: { namespace } }: TrialContext,
  change: (refs: readonly ObjectRef[]) => readonly ObjectRef[],
): Promise<void> {
  const live = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: inventoryName });
  const inventory = live && isManaged(live) ? readInventory([live], namespace) : undefined;
  if (!live || !inventory) return;
  const { apiVersion, kind, metadata } = live;
  const refs = new Map(change(inventory.objects).map((ref) => [refKey(ref), ref]));
  const { name, labels = {} } = metadata;
  const data = { ...(live.data as object), objects: listRefs([...refs.values()]) };
  await kube.apply({ apiVersion, kind, metadata: { name, namespace, labels }, data });
}

function patienceFor(ms: number, signal?: AbortSignal): Patience {
  return { clock: systemClock, deadlineMs: systemClock.now() + ms, ...(signal ? { signal } : {}) };
}
