import type { ApplyAction } from '../base/events.ts';
import { plural } from './lines.ts';
import {
  type FieldView,
  type ObjectView,
  type PlanPreview,
  type PlanView,
  type SettingsView,
  summarise,
  viewPlan,
} from './plan-view.ts';
import { createRedactor, type Redact } from './redact.ts';

export type { PlanPreview } from './plan-view.ts';

/** For people: object by object, field by field, key by key, and a line that sums it up. */
export function renderPlanText(preview: PlanPreview, redact: Redact = createRedactor()): string {
  const view = viewPlan(preview, redact);
  const lines = [...view.objects.flatMap(objectLines), ...view.settings.flatMap(settingsLines)];
  return [...lines, ...(lines.length > 0 ? [''] : []), summaryLine(view), ''].join('\n');
}

/** For programs: the same as one JSON document. */
export function renderPlanJson(preview: PlanPreview, redact: Redact = createRedactor()): string {
  const view = viewPlan(preview, redact);
  return `${JSON.stringify({ ...view, summary: summarise(view) }, null, 2)}\n`;
}

const signs: Readonly<Record<ApplyAction, string>> = { created: '+', changed: '~', deleted: '-', unchanged: ' ' };

function objectLines({ object, action, fields }: ObjectView): readonly string[] {
  if (action === 'unchanged') return [];
  return [`${signs[action]} ${object}`, ...fields.flatMap(fieldLines)];
}

function fieldLines({ path, from, to }: FieldView): readonly string[] {
  if (from === undefined) return [`    + ${path}: ${JSON.stringify(to)}`];
  if (to === undefined) return [`    - ${path}: ${JSON.stringify(from)}`];
  if (isText(from) && isText(to) && `${from}${to}`.includes('\n')) return [`    ~ ${path}`, ...textLines(from, to)];
  return [`    ~ ${path}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Of a text of many lines, those that go and those that come. */
function textLines(from: string, to: string): readonly string[] {
  const [before, after] = [from.split('\n'), to.split('\n')];
  const lines = [
    ...before.filter((line) => !after.includes(line)).map((line) => `        - ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `        + ${line}`),
  ];
  return lines.length > 0 ? lines : ['        the same lines in another order or number'];
}

function settingsLines({ service, written, deleted, kept }: SettingsView): readonly string[] {
  const lines = [
    ...written.map(({ key, value, isNew }) => `    ${isNew ? '+' : '~'} ${key}: ${JSON.stringify(value)}`),
    ...deleted.map((key) => `    - ${key}`),
    ...kept.map(({ key, value, wanted }) => {
      const instead = wanted === undefined ? 'no longer wanted' : `instead of ${JSON.stringify(wanted)}`;
      return `    = ${key}: ${JSON.stringify(value)} (kept as people set it, ${instead})`;
    }),
  ];
  return lines.length === 0 ? [] : [`settings of ${service}`, ...lines];
}

/** `12 objects to create, 3 to change, 20 unchanged; 388 keys to write, 2 kept as people set them` */
function summaryLine(view: PlanView): string {
  const { objects, keys, nothingToChange } = summarise(view);
  const kept: Part = [keys.kept, 'kept as people set them'];
  if (nothingToChange) return ['nothing to change', enumerate([kept], 'key')].filter(Boolean).join('; ');
  const ofObjects: readonly Part[] = [
    [objects.created, 'to create'],
    [objects.changed, 'to change'],
    [objects.deleted, 'to delete'],
    [objects.unchanged, 'unchanged'],
  ];
  const ofKeys: readonly Part[] = [[keys.written, 'to write'], [keys.deleted, 'to delete'], kept];
  return [enumerate(ofObjects, 'object'), enumerate(ofKeys, 'key')].filter(Boolean).join('; ');
}

type Part = readonly [count: number, what: string];

/** The parts that are not zero; the first one says of what they are. */
function enumerate(parts: readonly Part[], noun: string): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what], index) => `${index === 0 ? plural(count, noun) : count} ${what}`)
    .join(', ');
}
