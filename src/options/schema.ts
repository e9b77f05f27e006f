import { programName } from './commands.ts';
import type { OptionRow } from './row.ts';
import { siteVersion } from './site-file.ts';
import { fileKey, optionRows } from './table.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the sections of a site file are, as parts of a JSON Schema. */
export interface SectionsSchema {
  readonly properties: Json;
  readonly $defs?: Json;
}

/** The JSON Schema (2020-12) of a site file: the options by their keys, and the sections. */
export function siteFileSchema({ properties, $defs }: SectionsSchema): Json {
  const options = optionRows.flatMap(([, row]) => {
    const name = fileKey(row);
    return name === undefined ? [] : [[name, { description: row.help, ...valueSchema(row) }]];
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `${programName} site file`,
    type: 'object',
    additionalProperties: false,
    properties: { apiVersion: { const: siteVersion }, ...Object.fromEntries(options), ...properties },
    ...($defs ? { $defs } : {}),
  };
}

function valueSchema(row: OptionRow): Json {
  switch (row.type) {
    case 'boolean':
      return { type: 'boolean', default: row.default };
    case 'choice':
      return { enum: row.choices, default: row.default };
    case 'duration':
      return { type: 'string', pattern: '^(\\d+h)?(\\d+m)?(\\d+(\\.\\d+)?s)?$', ...defaultOf(row.default) };
    case 'list':
      return { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };
    case 'settings':
      return { type: 'object', additionalProperties: { type: 'object' } };
    case 'text':
      return { type: 'string', ...(row.rule ? { pattern: row.rule.pattern.source } : {}), ...defaultOf(row.default) };
  }
}

function defaultOf(value: string | undefined): Json {
  return value === undefined ? {} : { default: value };
}
