import { createHash } from 'node:crypto';
import { BootError } from '../base/errors.ts';
import { type CopyPod, incomplete, mountOf } from './copy-pod.ts';
import {
  type Content,
  type CopyEnd,
  copyEndScript,
  discardScript,
  inspectScript,
  parseContent,
  parseCopyEnd,
  receiveScript,
  replaceScript,
  sendScript,
} from './copy-scripts.ts';

/** Copies of volumes' contents, each proven by a digest of both ends. */

/**
 * Fetches the content of a claim's volume as a compressed tar.
 * @param sink takes it piece by piece, at its own pace
 * @returns what it takes when unpacked, in KiB
 * @throws KubeError with the trouble `lost` when it did not arrive as a whole, so that it may be fetched again;
 *   BootError `rollout` in the words of tar
 */
export async function fetchVolume(
  pod: CopyPod,
  claim: string,
  sink: (chunk: Uint8Array) => Promise<void>,
): Promise<number> {
  const hash = createHash('sha256');
  const { exitCode, stderr } = await pod.run(sendScript(mountOf(claim)), {
    stdout: async (chunk) => {
      hash.update(chunk);
      await sink(chunk);
    },
  });
  if (exitCode !== 0) throw copyError(claim, 'can not be read', [stderr]);
  const end = await copyEndOf(pod);
  if (end.exitCode !== 0) throw copyError(claim, 'can not be read', end.words);
  if (end.sha256 !== hash.digest('hex')) throw incomplete(pod, `the content of ${claim}`);
  return end.contentKiB;
}

/**
 * Brings a compressed tar to a claim's volume, beside what is there; see {@link replaceContent}.
 * @throws BootError `rollout` in the words of tar, `cluster` when it did not arrive as a whole
 */
export async function deliverVolume(
  pod: CopyPod,
  claim: string,
  content: { readonly sizeBytes: number; readonly sha256: string; readonly pieces: AsyncIterable<Uint8Array> },
): Promise<void> {
  const { sizeBytes, sha256, pieces } = content;
  const { exitCode, stderr } = await pod.run(receiveScript(mountOf(claim), sizeBytes), { stdin: pieces });
  if (exitCode !== 0) throw copyError(claim, 'can not be written', [stderr]);
  const end = await copyEndOf(pod);
  if (end.exitCode !== 0) throw copyError(claim, 'can not be written', end.words);
  if (end.sha256 !== sha256) throw incomplete(pod, `the content of ${claim}`);
}

/** What a claim's volume holds, and how much room it has. */
export async function inspectVolume(pod: CopyPod, claim: string): Promise<Content> {
  const content = parseContent(await pod.ask(inspectScript(mountOf(claim))));
  if (!content) throw incomplete(pod, `what ${claim} holds`);
  return content;
}

/** Puts what was delivered in the place of what is there. */
export async function replaceContent(pod: CopyPod, claim: string): Promise<void> {
  await pod.ask(replaceScript(mountOf(claim)));
}

/** Takes away what was delivered. */
export async function discardDelivery(pod: CopyPod, claim: string): Promise<void> {
  await pod.ask(discardScript(mountOf(claim)));
}

async function copyEndOf(pod: CopyPod): Promise<CopyEnd> {
  const end = parseCopyEnd(await pod.ask(copyEndScript));
  if (!end) throw incomplete(pod, 'the end of the copy');
  return end;
}

function copyError(claim: string, cause: string, words: readonly string[]): BootError {
  const evidence = words.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  const isFull = words.some((line) => /no space left|quota exceeded/i.test(line));
  return new BootError({
    exit: 'rollout',
    object: `persistentvolumeclaim/${claim}`,
    cause: isFull ? 'its volume is full' : `its volume ${cause}`,
    ...(evidence.length > 0 ? { evidence } : {}),
    hint: isFull ? 'Make room there, and run this again.' : 'Look at the disk of its node, and run this again.',
  });
}
