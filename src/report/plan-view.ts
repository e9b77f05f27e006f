import type { ApplyAction } from '../base/events.ts';
import { formatRef } from '../base/kube-types.ts';
import type { ObjectChange } from '../plan/changes.ts';
import type { KeptKey, KeyOperation, SeedPlan } from '../plan/seed.ts';
import { maskValue } from './mask.ts';
import type { Redact } from './redact.ts';

/** What `install` would change: in the cluster, and in the registry. */
export interface PlanPreview {
  readonly changes: readonly ObjectChange[];
  readonly seeds: readonly SeedPlan[];
  /** What the keys of edgex-boot's own bookkeeping begin with. */
  readonly ledgerPrefix: string;
}

export interface ObjectView {
  readonly object: string;
  readonly namespace?: string;
  readonly action: ApplyAction;
  readonly fields: readonly FieldView[];
}

export interface FieldView {
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface SettingsView {
  readonly service: string;
  readonly written: readonly { readonly key: string; readonly value: string; readonly isNew: boolean }[];
  readonly deleted: readonly string[];
  readonly kept: readonly KeptKey[];
}

/** A preview as it may be shown: values that nobody should see are masked. */
export interface PlanView {
  readonly objects: readonly ObjectView[];
  readonly settings: readonly SettingsView[];
}

/** The view of a preview. */
export function viewPlan({ changes, seeds, ledgerPrefix }: PlanPreview, redact: Redact): PlanView {
  return {
    objects: mergeByObject(changes.map((change) => viewObject(change, redact))),
    settings: seeds.map((seed) => viewSettings(seed, ledgerPrefix, redact)),
  };
}

function viewObject({ ref, action, fields }: ObjectChange, redact: Redact): ObjectView {
  const { kind, namespace } = ref;
  const mask = (path: string, value: unknown) => maskValue(kind === 'Secret' ? `${path}.secret` : path, value, redact);
  return {
    object: formatRef(ref),
    ...(namespace === undefined ? {} : { namespace }),
    action,
    fields: fields.map(({ path, from, to }) => ({
      path,
      ...(from === undefined ? {} : { from: mask(path, from) }),
      ...(to === undefined ? {} : { to: mask(path, to) }),
    })),
  };
}

/** An object that is applied twice, as the inventory is, counts once. */
function mergeByObject(views: readonly ObjectView[]): readonly ObjectView[] {
  const merged = new Map<string, ObjectView>();
  for (const view of views) {
    const key = `${view.namespace}/${view.object}`;
    const earlier = merged.get(key);
    const action = earlier && earlier.action !== 'unchanged' ? earlier.action : view.action;
    merged.set(key, { ...view, action, fields: [...(earlier?.fields ?? []), ...view.fields] });
  }
  return [...merged.values()];
}

function viewSettings({ service, operations, kept }: SeedPlan, ledgerPrefix: string, redact: Redact): SettingsView {
  const shown = visibleOperations(operations, ledgerPrefix);
  const mask = (key: string, value: string) => String(maskValue(key, value, redact));
  return {
    service,
    written: shown.flatMap((operation) => {
      if (operation.verb !== 'write') return [];
      const { key, value, index } = operation;
      return [{ key, value: mask(key, value), isNew: index === 0 }];
    }),
    deleted: shown.flatMap(({ verb, key }) => (verb === 'delete' ? [key] : [])),
    kept: kept.map(({ key, value, wanted }) => ({
      key,
      value: mask(key, value),
      ...(wanted === undefined ? {} : { wanted: mask(key, wanted) }),
    })),
  };
}

/** The ledger goes with every change. It is shown where it alone would be written, since that is a change too. */
function visibleOperations(operations: readonly KeyOperation[], ledgerPrefix: string): readonly KeyOperation[] {
  const settings = operations.filter(({ key }) => !key.startsWith(ledgerPrefix));
  return settings.length > 0 ? settings : operations;
}

export interface PlanSummary {
  readonly objects: Readonly<Record<ApplyAction, number>>;
  readonly keys: { readonly written: number; readonly deleted: number; readonly kept: number };
  readonly nothingToChange: boolean;
}

/** How much of what. */
export function summarise({ objects, settings }: PlanView): PlanSummary {
  const count = (wanted: ApplyAction) => objects.filter(({ action }) => action === wanted).length;
  const sum = (part: 'written' | 'deleted' | 'kept') => settings.reduce((total, each) => total + each[part].length, 0);
  const of = {
    created: count('created'),
    changed: count('changed'),
    deleted: count('deleted'),
    unchanged: count('unchanged'),
  };
  const keys = { written: sum('written'), deleted: sum('deleted'), kept: sum('kept') };
  const changes = of.created + of.changed + of.deleted + keys.written + keys.deleted;
  return { objects: of, keys, nothingToChange: changes === 0 };
}
