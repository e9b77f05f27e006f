import { formatBytes } from '../base/quantity.ts';
import { createRedactor, type Redact } from './redact.ts';
import type { NamedCandidate, StorageOutcome, StorageOverview } from './storage-view.ts';
import { displayWidth, padColumns, wrap } from './text.ts';

/** What it takes of a terminal where that doesn't say how wide it is. */
const defaultColumns = 80;
/** Below that a column of text would be words below each other. */
const narrowest = 60;
const widest = 120;
/** Of the first column; what is longer gets a line of its own, whole, so that it can be copied. */
const widestOption = 30;
const indent = '  ';
const deepIndent = '    ';

/**
 * For people: the candidates, the best first, each with what is for and against it, and what `install` would do.
 * @param columns of the terminal; 0 where there is none
 */
export function renderStorageText(
  overview: StorageOverview,
  columns: number,
  redact: Redact = createRedactor(),
): string {
  const width = columns === 0 ? defaultColumns : Math.min(widest, Math.max(narrowest, columns));
  const { candidates, outcome } = overview;
  const widths = candidates.map(({ option }) => displayWidth(option)).filter((each) => each <= widestOption);
  const first = Math.max(...widths, 0);
  const lines = [
    ...candidates.flatMap((each) => candidateLines(each, { first, width, isChosen: isChosen(each, outcome) })),
    ...(candidates.length > 0 ? [''] : []),
    ...outcomeLines(overview).flatMap((line) => wrap(line, width)),
  ];
  return redact(`${lines.join('\n')}\n`);
}

/** For programs: the same as one JSON document. */
export function renderStorageJson(overview: StorageOverview, redact: Redact = createRedactor()): string {
  const { candidates, outcome, ...rest } = overview;
  const shown = candidates.map(({ option, place, what, space, advantages, drawbacks, obstacle, rank }, index) => ({
    option,
    kind: place.kind,
    what,
    ...space,
    advantages,
    drawbacks,
    isUsable: obstacle === undefined,
    ...(obstacle === undefined ? {} : { obstacle }),
    isAutomatic: rank !== undefined && obstacle === undefined,
    isChosen: isChosen(candidates[index], outcome),
  }));
  const end = 'refusal' in outcome ? outcome : { choice: { option: outcome.option, ...outcome.choice } };
  const clean = (_key: string, value: unknown) => (typeof value === 'string' ? redact(value) : value);
  return `${JSON.stringify({ ...rest, candidates: shown, ...end }, clean, 2)}\n`;
}

function isChosen(candidate: NamedCandidate | undefined, outcome: StorageOutcome): boolean {
  return 'choice' in outcome && candidate?.option === outcome.option;
}

interface Layout {
  readonly first: number;
  readonly width: number;
  readonly isChosen: boolean;
}

function candidateLines(candidate: NamedCandidate, { first, width, isChosen }: Layout): readonly string[] {
  const { option, what, space, advantages, drawbacks, obstacle } = candidate;
  const room = space ? `, ${formatBytes(space.freeBytes)} of ${formatBytes(space.sizeBytes)} free` : '';
  const margin = ' '.repeat(first + 2 * indent.length);
  const [head = '', ...rest] = wrap(`${what}${room}`, width - margin.length).map((line) => margin + line);
  const mark = `${isChosen ? '> ' : indent}${option}`;
  const beside = displayWidth(option) <= first;
  const signed = (sign: string, texts: readonly string[]) => texts.flatMap((text) => hanging(sign, text, width));
  return [
    ...(beside ? [padColumns(mark, margin.length) + head.slice(margin.length)] : [mark, head]),
    ...rest,
    ...signed('x', obstacle === undefined ? [] : [obstacle]),
    ...signed('+', advantages),
    ...signed('-', drawbacks),
  ];
}

/** A sign, and a text whose further lines stand below its first one. */
function hanging(sign: string, text: string, width: number): readonly string[] {
  const inside = deepIndent.length + 2;
  return wrap(text, width - inside).map((line, index) => `${deepIndent}${index === 0 ? sign : ' '} ${line}`);
}

function outcomeLines({ wish, namespace, neededBytes, outcome }: StorageOverview): readonly string[] {
  const need = `The claims need ${formatBytes(neededBytes)}.`;
  const asked = wish === 'auto' ? '' : ` --storage ${wish}`;
  if ('refusal' in outcome) {
    const { object, cause, evidence = [], hint } = outcome.refusal;
    return [
      `install --namespace ${namespace}${asked} would be refused: ${object}: ${cause}`,
      ...evidence.map((line) => `${indent}${line}`),
      ...(hint === undefined ? [] : [hint]),
      need,
    ];
  }
  const { option, choice } = outcome;
  return [
    `install --namespace ${namespace}${asked} takes ${option}: ${choice.reason}.`,
    ...(choice.warnings ?? []).map((text) => `warning: ${text}`),
    need,
  ];
}
