import { isBootError } from '../../base/errors.ts';
import { describeAnswer, type Endpoint } from '../../consul/ask.ts';
import type { Reach } from '../../consul/reach.ts';
import { readStatus } from '../../kube/errors.ts';
import type { PlannedService } from '../../plan/types.ts';
import type { Answer } from '../../verify/facts.ts';

/** A service that is well answers at once, on a small machine that is busy within this. */
const timeoutMs = 2_500;

/**
 * One question, and what came back. A second time where nothing came: a connection may break by chance.
 * @param tries how often at most
 */
export async function askService(reach: Reach, { service, port }: Endpoint, path: string, tries = 2): Promise<Answer> {
  let answer: Answer = { silence: 'it was not asked' };
  for (let attempt = 0; attempt < tries; attempt++) {
    answer = await askOnce(reach, service, port, path);
    if (!('silence' in answer)) return answer;
  }
  return answer;
}

async function askOnce(reach: Reach, service: string, port: number, path: string): Promise<Answer> {
  try {
    const answer = await reach.request(service, port, { path, timeoutMs });
    // The API server answers in the place of a service that it can't reach.
    const words = answer.status < 400 ? undefined : readStatus(answer.body);
    return words ? { silence: words.message ?? describeAnswer(answer) } : answer;
  } catch (error) {
    if (!isBootError(error)) throw error;
    return { silence: error.details.cause };
  }
}

/** Puts one question to each of these services, and gives what they say by their names. */
export async function askAll(
  reach: Reach,
  questions: readonly { readonly service: PlannedService; readonly path: string }[],
): Promise<ReadonlyMap<string, Answer>> {
  const answers = questions.map(async ({ service: { name, row }, path }) => {
    const port = row.ports[0]?.port ?? 0;
    return [name, await askService(reach, { service: name, port }, path)] as const;
  });
  return new Map(await Promise.all(answers));
}
