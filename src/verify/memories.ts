import type { Installation, ServiceFacts } from './facts.ts';
import { containerOf } from './pods.ts';

/** Something that has happened, as the cluster remembers it: by the clock of then, in milliseconds since 1970. */
export interface Memory {
  /** `the start of edgex-core-data`. */
  readonly what: string;
  readonly atMs: number;
}

/** The newest of what has happened. Where it lies in the future, the clock has gone back since. */
export function newestMemory(services: readonly ServiceFacts[], { verifiedMs }: Installation): Memory | undefined {
  const memories = services.flatMap(({ planned: { name }, pod }): Memory[] => {
    const { state, lastState } = (pod && containerOf(pod)) ?? {};
    return [
      ...memory(`the making of ${name}`, pod?.metadata.creationTimestamp),
      ...memory(`the start of ${name}`, state?.running?.startedAt),
      ...memory(`the end of ${name}`, state?.terminated?.finishedAt),
      ...memory(`the end of ${name}`, lastState?.terminated?.finishedAt),
    ];
  });
  const verified = verifiedMs === undefined ? [] : [{ what: 'the last verification', atMs: verifiedMs }];
  return [...verified, ...memories].toSorted((a, b) => b.atMs - a.atMs)[0];
}

function memory(what: string, date: string | undefined): readonly Memory[] {
  const atMs = Date.parse(date ?? '');
  return Number.isNaN(atMs) ? [] : [{ what, atMs }];
}
