import { parseDocument } from 'yaml';
import type * as z from 'zod';
import { BootError } from './errors.ts';

/** An error in a file that is part of the program. */
export function brokenFile(file: string, cause: string): BootError {
  return new BootError({ exit: 'internal', object: file, cause, hint: 'This file is part of the program; report it.' });
}

/**
 * The value of a YAML file that is part of the program.
 * @param file its name, for the error
 * @throws BootError `internal` with the line of what is wrong.
 */
export function parseYaml(file: string, text: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw brokenFile(file, error.message.split('\n', 1)[0] ?? error.code);
  return document.toJS();
}

/**
 * The same, checked.
 * @throws BootError `internal` with the line or the path of what is wrong.
 */
export function parseAsset<T>(file: string, text: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseYaml(file, text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw brokenFile(file, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}
