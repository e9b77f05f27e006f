import { type Document, isMap, isScalar, LineCounter, parseDocument, type YAMLError } from 'yaml';
import type * as z from 'zod';
import { BootError } from './errors.ts';
import { nearestName } from './nearest.ts';

/**
 * YAML that a person wrote: whatever is wrong with it is told with file, line and key. Values are never quoted, since
 * one of them may be a password.
 */

export interface SourceYaml {
  readonly file: string;
  readonly value: unknown;
  /** `site.yaml:12`, of the key that this path leads to, or of the nearest one above it. */
  at(path: readonly PropertyKey[]): string;
}

const maxBytes = 256 * 1024;
/** One value may be written once and used in a few places; a file that unfolds into millions is no configuration. */
const maxAliasCount = 50;
const maxDepth = 40;

/**
 * Reads the text of a file.
 * @param file its name, for messages
 * @throws BootError `usage` with the line where the YAML breaks off
 */
export function parseSource(file: string, text: string): SourceYaml {
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > maxBytes) {
    throw wrongSource(file, `it has ${sizeBytes} bytes, ${maxBytes} are the most`, 'Put large files into `files`.');
  }
  const lines = new LineCounter();
  const document = parseWhole(file, text, lines);
  const [problem] = document.errors;
  if (problem) throw wrongSource(placeOf(file, problem), causeOf(problem), 'Correct the line; two blanks a level.');
  return {
    file,
    value: toPlain(file, document) ?? {},
    at: (path) => `${file}${lineOf(document, path, lines)}`,
  };
}

/**
 * The value of a source, checked.
 * @throws BootError `usage` with the line and the key of the first thing that is wrong, what was expected there, and
 *   the nearest known name
 */
export function checkSource<T>(
  source: SourceYaml,
  value: unknown,
  schema: z.ZodType<T>,
  base: readonly string[] = [],
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = [...base, ...(issue?.path ?? [])];
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    throw unknownKey(source, [...path, key], namesAt(schema, issue.path));
  }
  throw wrongSource(`${source.at(path)}: ${keyText(path)}`, messageOf(issue));
}

/** What is wrong with a key is told by its own schema. */
function messageOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_key') return `the key must be ${issue.issues[0]?.message ?? 'another one'}`;
  return issue?.message ?? 'not as expected';
}

/** A key that nothing has. */
export function unknownKey(source: SourceYaml, path: readonly PropertyKey[], known: readonly string[]): BootError {
  const nearest = nearestName(String(path.at(-1)), known);
  return wrongSource(
    `${source.at(path)}: ${keyText(path)}`,
    'there is no such key',
    nearest ? `Did you mean ${nearest}?` : `Known here: ${known.join(', ')}.`,
  );
}

/** @param place with its line, and the key where there is one */
export function wrongSource(
  place: string,
  cause: string,
  hint = 'Correct it; `edgex-boot schema` says what a site file holds.',
): BootError {
  return new BootError({ exit: 'usage', object: place, cause, hint });
}

/** `services.core-data.env`. */
export function keyText(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

function parseWhole(file: string, text: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { lineCounter, logLevel: 'error', uniqueKeys: true, prettyErrors: true });
  } catch {
    // Thousands of brackets within each other end the parser itself.
    throw wrongSource(file, 'it is no YAML: too deeply nested');
  }
}

function toPlain(file: string, document: Document): unknown {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount });
  } catch (error) {
    const isMissing = error instanceof ReferenceError && /Unresolved alias/.test(error.message);
    throw wrongSource(
      file,
      isMissing
        ? 'a value that begins with * is an alias in YAML, and there is none of its name'
        : 'its aliases unfold too far',
      isMissing ? 'Quote the value.' : 'Write the values out.',
    );
  }
  if (depthOf(value) > maxDepth) throw wrongSource(file, `it is nested more than ${maxDepth} deep`);
  return value;
}

function depthOf(value: unknown, limit = maxDepth + 1): number {
  if (typeof value !== 'object' || value === null || limit === 0) return 0;
  return 1 + Math.max(0, ...Object.values(value).map((each) => depthOf(each, limit - 1)));
}

function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): string {
  for (let length = path.length; length > 0; length--) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== undefined) return `:${lines.linePos(offset).line}`;
  }
  return '';
}

/** Where the key stands; a list has no keys, so there where the entry begins. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true) as { readonly range?: readonly number[] } | undefined;
  return node?.range?.[0];
}

const plainCodes: ReadonlySet<string> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'DUPLICATE_KEY',
  'MISSING_CHAR',
  'TAB_AS_INDENT',
]);

/** True for an error whose message may be shown: no value of the file is in it, which may be a password. */
export function quotesNothing(code: YAMLError['code']): boolean {
  return plainCodes.has(code);
}

function causeOf({ code, message }: YAMLError): string {
  if (!quotesNothing(code)) return 'no YAML';
  return message.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? code;
}

function placeOf(file: string, { linePos }: YAMLError): string {
  return linePos ? `${file}:${linePos[0].line}` : file;
}

interface Def {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly valueType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

/** The names that a schema knows at a path. */
function namesAt(schema: z.ZodType, [step, ...rest]: readonly PropertyKey[]): readonly string[] {
  const def = schema.def as Def;
  const wrapped = def.innerType ?? def.in;
  if (wrapped) return namesAt(wrapped, step === undefined ? [] : [step, ...rest]);
  if (def.options) return def.options.flatMap((option) => namesAt(option, step === undefined ? [] : [step, ...rest]));
  if (step === undefined) return Object.keys(def.shape ?? {});
  const next = def.shape?.[String(step)] ?? def.valueType ?? def.element;
  return next ? namesAt(next, rest) : [];
}
