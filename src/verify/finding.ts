import type { CheckOutcome } from './types.ts';

/** What a probe found. */
export interface Finding {
  readonly outcome: CheckOutcome;
  /** In one line, with its figures. */
  readonly detail: string;
  readonly evidence?: readonly string[];
  /** Better than the row's own; see {@link CheckRow.hint}. */
  readonly hint?: string;
  /** It was skipped for want of a service, which is for the checks of the services to tell. */
  readonly isUnready?: boolean;
}

type More = Pick<Finding, 'evidence' | 'hint'>;

/** It holds. */
export function passed(detail: string, more: More = {}): Finding {
  return { outcome: 'passed', detail, ...more };
}

/** It doesn't hold. */
export function failed(detail: string, more: More = {}): Finding {
  return { outcome: 'failed', detail, ...more };
}

/** It makes no sense here. */
export function skipped(detail: string): Finding {
  return { outcome: 'skipped', detail };
}

/** Nothing can be said, since a service isn't ready. Where no check of the services has told that, it counts as failed. */
export function unready(service: string): Finding {
  return { outcome: 'skipped', detail: `${service} is not ready`, isUnready: true };
}

/** One thing that a check found to be wrong, of several alike. */
export interface Defect {
  /** `edgex-core-data`, `pvc/redis-data`. */
  readonly object: string;
  readonly cause: string;
  readonly evidence?: readonly string[];
  readonly hint?: string;
}

/** Of all defects together, and of each: whoever has many begins with the first, and its evidence alone is long. */
const maxEvidenceLines = 24;
const minEvidenceLines = 4;

/**
 * Fails with all defects: one in a line, several as evidence.
 * @param fine what to say when there are none
 */
export function judged(defects: readonly Defect[], fine: string, more: More = {}): Finding {
  const [first, ...others] = defects;
  if (!first) return passed(fine, more);
  const hint = defects.find((defect) => defect.hint !== undefined)?.hint ?? more.hint;
  const told = others.length === 0 ? [] : defects.map(({ object, cause }) => `${object}: ${cause}`);
  const each = Math.max(minEvidenceLines, Math.floor(maxEvidenceLines / defects.length));
  const shown = defects
    .slice(0, maxEvidenceLines / minEvidenceLines)
    .flatMap(({ evidence: own = [] }) => own.slice(-each));
  const evidence = [...told, ...shown, ...(more.evidence ?? [])];
  const detail =
    others.length === 0
      ? `${first.object}: ${first.cause}`
      : `${defects.length}: ${defects.map(({ object }) => object).join(', ')}`;
  return failed(detail, { ...(evidence.length > 0 ? { evidence } : {}), ...(hint === undefined ? {} : { hint }) });
}
