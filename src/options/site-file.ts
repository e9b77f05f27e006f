import { type SourceYaml, unknownKey, wrongSource } from '../base/source-yaml.ts';
import { isTable } from '../base/table.ts';
import { wrongValue } from './problems.ts';
import type { OptionRow } from './row.ts';
import { fileKey, type OptionKey, optionRows } from './table.ts';
import { type Given, readValue } from './values.ts';

/** The options of a site file, and what it holds beside them. */
export interface SiteOptions {
  readonly options: ReadonlyMap<OptionKey, Given>;
  readonly sections: Readonly<Record<string, unknown>>;
}

const rows = new Map(
  optionRows.flatMap(([key, row]) => {
    const name = fileKey(row);
    return name === undefined ? [] : [[name, { key, row }] as const];
  }),
);
/** What each file may say at its top. */
const versionKey = 'apiVersion';
export const siteVersion = 'edgex-boot/v1';

/**
 * Takes the options out of a site file. Each is checked, whether the command takes it or not: the same file is on every
 * node.
 * @param sectionNames the keys that are no options
 * @throws BootError `usage` with line and key
 */
export function readSiteOptions(source: SourceYaml, sectionNames: readonly string[]): SiteOptions {
  const { file, value } = source;
  if (!isTable(value)) throw wrongSource(file, 'it holds no keys', 'Write `key: value`, one a line.');
  const options = new Map<OptionKey, Given>();
  const sections: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value)) {
    const option = rows.get(name);
    if (name === versionKey) requireVersion(source, entry);
    else if (option) options.set(option.key, givenOf(source, name, option.row, entry));
    else if (sectionNames.includes(name)) sections[name] = entry;
    else throw unknownKey(source, [name], [versionKey, ...rows.keys(), ...sectionNames]);
  }
  return { options, sections };
}

function requireVersion(source: SourceYaml, entry: unknown): void {
  if (entry === siteVersion) return;
  throw wrongSource(
    `${source.at([versionKey])}: ${versionKey}`,
    'this program reads another version',
    `Write ${versionKey}: ${siteVersion}.`,
  );
}

/** The texts that a value stands for, as they would be on a command line. */
function givenOf(source: SourceYaml, name: string, row: OptionRow, entry: unknown): Given {
  const place = `${source.at([name])}: ${name}`;
  const texts = textsOf(row, entry);
  if (!texts) throw wrongSource(place, `this is not ${expected[row.type]}`, `Give it ${expected[row.type]}.`);
  const given: Given = { origin: { from: 'file', name: place }, texts };
  const reading = readValue(row, given);
  if ('problem' in reading) throw wrongValue(given.origin, reading.problem);
  return given;
}

const expected: Readonly<Record<OptionRow['type'], string>> = {
  text: 'a text',
  choice: 'a word',
  boolean: 'true or false',
  duration: 'a duration, like 90s, 15m or 1h30m',
  list: 'a list of names',
  settings: 'services with their settings',
};

function textsOf({ type }: OptionRow, entry: unknown): readonly string[] | undefined {
  switch (type) {
    case 'boolean':
      return typeof entry === 'boolean' ? [String(entry)] : undefined;
    case 'list': {
      const entries = Array.isArray(entry) ? entry : [entry];
      return entries.every((each) => typeof each === 'string') ? entries : undefined;
    }
    case 'settings':
      return settingTexts(entry);
    default:
      return typeof entry === 'string' || typeof entry === 'number' ? [String(entry)] : undefined;
  }
}

function settingTexts(entry: unknown): readonly string[] | undefined {
  if (!isTable(entry)) return undefined;
  const services = Object.entries(entry);
  if (!services.every(([, settings]) => isTable(settings))) return undefined;
  return services.flatMap(([service, settings]) =>
    leaves(settings).map(([path, value]) => `${service}${path}=${value}`),
  );
}

/** Settings may be written as paths or as a tree. */
function leaves(tree: unknown, path = ''): readonly (readonly [path: string, value: unknown])[] {
  if (typeof tree !== 'object' || tree === null) return [[path, tree]];
  return Object.entries(tree).flatMap(([name, branch]) => leaves(branch, `${path}/${name}`));
}
