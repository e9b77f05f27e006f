import * as z from 'zod';
import { parseAsset } from '../base/asset-yaml.ts';
import { readAsset } from '../base/assets.ts';

/**
 * Why a service doesn't become ready, as data. A view of a service gives symptoms, each in Kubernetes' own words, and a
 * row of assets/causes.yaml says what they mean; the fields' meanings stand at the head of that file.
 */

const pattern = z.string().transform((source, context) => {
  try {
    return new RegExp(source, 'i');
  } catch {
    context.addIssue({ code: 'custom', message: 'not a regular expression' });
    return z.NEVER;
  }
});

const match = z.strictObject({
  of: z.enum(['deployment', 'claim', 'pod', 'event', 'container']),
  reason: z.array(z.string()).min(1),
  ended: z.array(z.string()).min(1).optional(),
  exitCode: z.int().optional(),
  restarts: z.int().min(1).optional(),
  message: pattern.optional(),
  log: pattern.optional(),
});

const schema = z.strictObject({
  apiVersion: z.literal('edgex-boot/v1'),
  causes: z.array(
    z.strictObject({
      code: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
      title: z.string(),
      match: z.array(match).min(1),
      graceMs: z.int().min(0),
      terminal: z.boolean().default(true),
      dependent: z.boolean().default(false),
      hint: z.string().optional(),
    }),
  ),
});

export type Cause = z.infer<typeof schema>['causes'][number];
type Match = Cause['match'][number];

/** One thing about a service that isn't as it will be when the service is ready. */
export interface Symptom {
  readonly of: Match['of'];
  /** Kubernetes' own word for it, or one of those at the head of assets/causes.yaml. */
  readonly reason: string;
  /** What is said about it, the most telling first. */
  readonly messages: readonly string[];
  readonly container?: string;
  readonly image?: string;
  readonly claim?: string;
  /** How the container's last run ended. */
  readonly ended?: string;
  readonly exitCode?: number;
  readonly restarts?: number;
  /** When that run began, by the node's clock, in milliseconds since 1970. */
  readonly beganAtMs?: number;
  /** Last lines of the container's log; only a diagnosis has them. */
  readonly log?: readonly string[];
}

/** A cause, the symptom that shows it, and what was said that shows it best. */
export interface Finding {
  readonly cause: Cause;
  readonly symptom: Symptom;
  readonly message?: string;
}

const asset = 'causes.yaml';

/** The causes that this program knows, in the order in which they are tried. */
export function loadCauses(): readonly Cause[] {
  return parseCauses(asset, readAsset(asset));
}

/**
 * Reads a file of causes.
 * @param file its name, for the error
 * @throws BootError `internal` with the path of what is wrong: the file is part of the program.
 */
export function parseCauses(file: string, text: string): readonly Cause[] {
  return parseAsset(file, text, schema).causes;
}

/** What the symptoms mean: the first row that one of them matches. */
export function findCause(causes: readonly Cause[], symptoms: readonly Symptom[]): Finding | undefined {
  for (const cause of causes) {
    for (const symptom of symptoms) {
      const row = cause.match.find((each) => isMatch(each, symptom));
      if (!row) continue;
      const message = symptom.messages.find((words) => row.message?.test(words)) ?? symptom.messages[0];
      return { cause, symptom, ...(message === undefined ? {} : { message }) };
    }
  }
  return undefined;
}

function isMatch(row: Match, symptom: Symptom): boolean {
  return (
    row.of === symptom.of &&
    row.reason.includes(symptom.reason) &&
    (row.ended === undefined || row.ended.includes(symptom.ended ?? '')) &&
    (row.exitCode === undefined || row.exitCode === symptom.exitCode) &&
    (row.restarts === undefined || row.restarts <= (symptom.restarts ?? 0)) &&
    (row.message === undefined || symptom.messages.some((words) => row.message?.test(words))) &&
    (row.log === undefined || (symptom.log ?? []).some((line) => row.log?.test(line)))
  );
}
