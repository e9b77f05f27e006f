import { isBootError } from '../../base/errors.ts';
import type { Emit } from '../../base/events.ts';
import type { KubeClient } from '../../kube/types.ts';
import type { Options } from '../../options/resolve.ts';
import { inventoryRef, verifiedPatch } from '../../plan/inventory.ts';
import type { VerifyReport } from '../../verify/types.ts';

export interface RecordContext {
  readonly kube: Pick<KubeClient, 'patch' | 'raw'>;
  readonly namespace: string;
  readonly emit: Emit;
}

/**
 * Writes verdicts into the installation, as far as the options want it: of a watch each that is another one than the
 * last. What a part of the checks comes to says nothing about the whole, so it takes the place of no verdict.
 */
export function openRecord(
  { record, only, skip, pre, origins }: Pick<Options, 'record' | 'only' | 'skip' | 'pre' | 'origins'>,
  { kube, namespace, emit }: RecordContext,
): (report: Pick<VerifyReport, 'verdict' | 'startedMs' | 'elapsedMs'>) => Promise<void> {
  const object = `configmap/${inventoryRef.name}`;
  const isWhole = only.length === 0 && skip.length === 0 && !pre;
  if (record && !isWhole && origins.record.from === 'flag') {
    emit({ type: 'warning', object: '--record', message: 'the verdict of a part of the checks is not recorded' });
  }
  let last: string | undefined;
  return async ({ verdict, startedMs, elapsedMs }) => {
    if (!record || !isWhole || verdict === last) return;
    try {
      // By the cluster's clock: a verdict that comes from its future would tell that this clock has gone back.
      const { dateMs: atMs = startedMs + elapsedMs } = await kube.raw('/version');
      await kube.patch({ ...inventoryRef, namespace }, verifiedPatch({ verdict, atMs }));
      last = verdict;
    } catch (error) {
      // Whoever may look may not always write; that is no finding about the installation.
      if (!isBootError(error)) throw error;
      emit({ type: 'warning', object, message: `the verdict could not be recorded: ${error.details.cause}` });
    }
  };
}
