import { BootError, type BootErrorDetails } from '../base/errors.ts';
import type { Trouble } from './network.ts';

/** What the API server says beside its status, where it says anything in its own form (meta/v1 Status). */
export interface ApiStatus {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly ApiCause[]; readonly retryAfterSeconds?: number };
}

interface ApiCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** Why a call to the cluster failed: for people as any BootError, for the caller by status or trouble. */
export class KubeError extends BootError {
  /** The answer's HTTP status; absent when no answer came. */
  readonly status: number | undefined;
  /** Kubernetes' own word: `AlreadyExists`, `Conflict`, `Invalid`. */
  readonly reason: string | undefined;
  /** Why no answer came. */
  readonly trouble: Trouble | undefined;
  /** Who owns the fields that an apply wanted to set. */
  readonly managers: readonly string[];

  constructor(
    details: BootErrorDetails,
    facts: { status?: number; reason?: string; trouble?: Trouble; managers?: readonly string[] } = {},
  ) {
    super(details);
    this.status = facts.status;
    this.reason = facts.reason;
    this.trouble = facts.trouble;
    this.managers = facts.managers ?? [];
  }
}

/** True for an answer of this HTTP status. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof KubeError && error.status === status;
}

/** The API server as messages name it. */
export function connectionOf({ server, source }: Pick<Asked, 'server' | 'source'>): string {
  return `API server ${server} (${source})`;
}

/**
 * True for an answer that may be another one a moment later: too many requests, a control plane that restarts, an etcd
 * that elects its leader (which Kubernetes reports as 500), an object that somebody else was just writing.
 */
export function isPassing({ status, reason, details, managers }: KubeError): boolean {
  if (status === 409) return reason === 'Conflict' && managers.length === 0;
  return status !== undefined && passingStatus.has(status) && !isMistyped(details.cause);
}

const passingStatus: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/** A value of the wrong type is answered with 500, and no waiting heals it. */
function isMistyped(words: string): boolean {
  return words.includes('failed to create typed patch object');
}

/** What was asked for, as the messages name it. */
export interface Asked {
  /** As RBAC writes it: `get`, `list`, `patch`, `create`, `delete`. */
  readonly verb: string;
  /** `deployment/x in namespace y`, `nodes`. */
  readonly object: string;
  readonly server: string;
  readonly source: string;
}

/**
 * Turns an answer that refuses into an error for people. Only the Status' message and causes are used: an answer's
 * headers and its raw body never get into a message.
 */
export function refusal(asked: Asked, status: number, body: string): KubeError {
  const api = readStatus(body);
  const conflicts = conflictsOf(api);
  const facts = { status, ...(api?.reason ? { reason: api.reason } : {}), managers: managersOf(conflicts) };
  return new KubeError(describe(asked, status, api, conflicts), facts);
}

function describe(
  asked: Asked,
  status: number,
  api: ApiStatus | undefined,
  conflicts: readonly ApiCause[],
): BootErrorDetails {
  const { object, verb } = asked;
  const words = oneLine(api?.message ?? '');
  const connection = connectionOf(asked);
  if (!api && status < 500) {
    return {
      exit: 'cluster',
      object: connection,
      cause: `it answers ${status} in a form that no Kubernetes API server has`,
      hint: "Check the kubeconfig's server: another program listens there, or a proxy stands between.",
    };
  }
  switch (status) {
    case 401:
      return {
        exit: 'cluster',
        object: connection,
        cause: 'it does not accept the credentials (401)',
        hint: 'They may have expired: fetch the kubeconfig anew from the cluster, or log in again.',
      };
    case 403:
      if (!/ cannot \S+ /.test(words)) break;
      return {
        exit: 'cluster',
        object,
        cause: `denied: ${words.replace(/^.*? is forbidden: /, '')}`,
        hint: `Ask the cluster's administrator for the right to ${verb}, or use another kubeconfig with --kubeconfig.`,
      };
    case 409:
      if (conflicts.length === 0) break;
      return {
        exit: 'rollout',
        object,
        cause: 'other managers own fields that would change',
        evidence: conflicts.map(({ field, message }) => `${field ?? 'a field'}: ${oneLine(message ?? '')}`),
        hint: 'Take the change out there, or take the fields over with --force-conflicts.',
      };
    case 422:
      return invalid(object, api, words);
  }
  if (passingStatus.has(status) && !isMistyped(words)) {
    return {
      exit: 'cluster',
      object: connection,
      cause: `it can't answer now (${status}${words ? `: ${words}` : ''})`,
      hint: 'Look at the health of the control plane: kubectl get --raw /readyz?verbose',
    };
  }
  const hint = words.includes('being terminated')
    ? 'Wait until the namespace is gone, then run this again.'
    : undefined;
  return { exit: 'rollout', object, cause: `refused: ${words || `status ${status}`}`, ...(hint ? { hint } : {}) };
}

/**
 * Names every wrong field with its reason. The server puts a dump of the value between the two and a comparison of
 * the whole object behind them; of that the changed lines are evidence.
 */
function invalid(object: string, api: ApiStatus | undefined, words: string): BootErrorDetails {
  const causes = (api?.details?.causes ?? []).map(({ field, message = '' }) => {
    const [reason = '', ...comparison] = message.split('\n');
    const short = oneLine(reason.replace(/^Invalid value: [^\s"]*\{.*\}: /, ''));
    const changed = comparison.filter((line) => /^[-+]/.test(line));
    return { problem: field ? `${field}: ${short}` : short, changed };
  });
  const evidence = causes.flatMap(({ changed }) => changed);
  return {
    exit: 'rollout',
    object,
    cause: `invalid: ${causes.map(({ problem }) => problem).join('; ') || words}`,
    ...(evidence.length > 0 ? { evidence } : {}),
    hint: isImmutable(words)
      ? 'Kubernetes does not let this change on a living object: keep the former setting.'
      : 'Correct the setting that this value comes from.',
  };
}

function isImmutable(words: string): boolean {
  return /immutable|can ?not be less than|not be decreased/.test(words);
}

function conflictsOf(api: ApiStatus | undefined): readonly ApiCause[] {
  return (api?.details?.causes ?? []).filter(({ reason }) => reason === 'FieldManagerConflict');
}

/** The server writes `conflict with "kubectl" using apps/v1`. */
function managersOf(conflicts: readonly ApiCause[]): readonly string[] {
  return [...new Set(conflicts.map(({ message = '' }) => /conflict with "([^"]+)"/.exec(message)?.[1] ?? '?'))];
}

/** The Status in an answer; undefined when the answer is something else. */
export function readStatus(body: string): ApiStatus | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStatus(value: unknown): value is ApiStatus {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}

const maxWords = 400;

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > maxWords ? `${line.slice(0, maxWords)}…` : line;
}
