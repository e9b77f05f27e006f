import * as z from 'zod';
import { BootError } from '../base/errors.ts';
import type { HttpAnswer, HttpRequest } from '../kube/types.ts';
import type { ExportedKey } from '../plan/archive.ts';
import type { KeyOperation, Stored } from '../plan/seed.ts';
import { askUntil, describeAnswer, type Endpoint, type Patience, parseJson, type Reading } from './ask.ts';
import type { Reach } from './reach.ts';
import { batches, encodeBatch } from './transaction.ts';

/**
 * Consul's key/value store. Every call waits out what passes by itself: no endpoint yet, no leader, a restart.
 * @throws BootError `timeout` when the patience is over, `cluster` when access is denied, `rollout` when an answer says
 * that no repetition will help.
 */
export interface KeyValueStore {
  /** Waits until there is a leader, and returns its address. */
  leader(): Promise<string>;
  /** Everything whose key begins with the prefix, as the leader itself knows it. */
  read(prefix: string): Promise<Stored>;
  /** Every key there is, with its value as it is, byte by byte. */
  exportAll(): Promise<readonly ExportedKey[]>;
  /**
   * Commits the operations in their order, in as few transactions as Consul accepts; each is all or nothing. Stops at
   * the first one that meets another state than the operations were made for.
   */
  commit(operations: readonly KeyOperation[]): Promise<CommitResult>;
  /** Deletes everything whose key begins with the prefix, which must name a folder: `edgex/devices/1.0/x/`. */
  deleteFolder(prefix: string): Promise<void>;
}

export interface CommitResult {
  /** Operations that are stored now. */
  readonly committed: number;
  readonly conflict?: Conflict;
}

export interface Conflict {
  readonly key: string;
  /** In Consul's words. */
  readonly cause: string;
}

const entriesSchema = z.array(
  z.object({ Key: z.string(), Value: z.string().nullable(), Flags: z.number().default(0), ModifyIndex: z.number() }),
);
type Entries = z.infer<typeof entriesSchema>;
const errorsSchema = z.object({ Errors: z.array(z.object({ OpIndex: z.number(), What: z.string() })) });

/** All keys together may be many, and come through the API server. */
const exportTimeoutMs = 60_000;

/** The store behind a Service of the namespace. */
export function consulStore(reach: Reach, endpoint: Endpoint, patience: Patience): KeyValueStore {
  const ask = <T>(request: HttpRequest, read: (answer: HttpAnswer) => Reading<T>): Promise<T> =>
    askUntil(reach, endpoint, request, (answer) => readUnlessPassing(answer, read), patience);

  const transact = (batch: readonly KeyOperation[]): Promise<Outcome> =>
    ask({ method: 'PUT', path: '/v1/txn', body: encodeBatch(batch) }, (answer) => readOutcome(answer, batch));

  return {
    leader: () => ask({ path: '/v1/status/leader' }, readLeader),
    read: async (prefix) => storedOf(await ask({ path: `${folderPath(prefix)}?recurse&consistent` }, readEntries)),
    exportAll: async () => {
      const entries = await ask({ path: '/v1/kv/?recurse&consistent', timeoutMs: exportTimeoutMs }, readEntries);
      return entries.map(({ Key, Flags, Value }) => ({ key: Key, flags: Flags, value: Value ?? '' }));
    },
    commit: (operations) => commitAll(operations, transact),
    deleteFolder: (prefix) => {
      if (!/^[^/].*\/$/.test(prefix)) throw new Error(`not a folder of keys: ${prefix}`);
      return ask({ method: 'DELETE', path: `${folderPath(prefix)}?recurse` }, readDeleted);
    },
  };
}

type Outcome =
  | { readonly result: 'committed' }
  | { readonly result: 'too large'; readonly cause: string }
  | { readonly result: 'conflict'; readonly conflict: Conflict };

async function commitAll(
  operations: readonly KeyOperation[],
  transact: (batch: readonly KeyOperation[]) => Promise<Outcome>,
): Promise<CommitResult> {
  const queue = batches(operations);
  let committed = 0;
  for (let batch = queue.shift(); batch; batch = queue.shift()) {
    const outcome = await transact(batch);
    switch (outcome.result) {
      case 'committed':
        committed += batch.length;
        break;
      case 'conflict':
        return { committed, conflict: outcome.conflict };
      case 'too large': {
        if (batch.length === 1) throw final(`key ${batch[0]?.key}`, outcome.cause);
        const middle = Math.ceil(batch.length / 2);
        queue.unshift(batch.slice(0, middle), batch.slice(middle));
      }
    }
  }
  return { committed };
}

/** Without a leader, while it restarts or when it is too busy, Consul answers 5xx or 429. */
function readUnlessPassing<T>(answer: HttpAnswer, read: (answer: HttpAnswer) => Reading<T>): Reading<T> {
  if (answer.status >= 500 || answer.status === 429) return { later: describeAnswer(answer) };
  if (answer.status === 401 || answer.status === 403) throw final('the registry', describeAnswer(answer));
  return read(answer);
}

function readLeader({ status, body }: HttpAnswer): Reading<string> {
  const leader = status === 200 ? parseJson(body) : undefined;
  return typeof leader === 'string' && leader !== '' ? { value: leader } : { later: 'has no leader' };
}

function readEntries(answer: HttpAnswer): Reading<Entries> {
  if (answer.status === 404) return { value: [] };
  const entries = entriesSchema.safeParse(parseJson(answer.body));
  if (answer.status !== 200 || !entries.success) return { later: describeAnswer(answer) };
  return { value: entries.data };
}

function storedOf(entries: Entries): Stored {
  return new Map(
    entries.map(({ Key, Value, ModifyIndex }) => [
      Key,
      { value: Buffer.from(Value ?? '', 'base64').toString('utf8'), modifyIndex: ModifyIndex },
    ]),
  );
}

function readOutcome(answer: HttpAnswer, batch: readonly KeyOperation[]): Reading<Outcome> {
  if (answer.status === 200) return { value: { result: 'committed' } };
  if (answer.status === 413) return { value: { result: 'too large', cause: describeAnswer(answer) } };
  const error = errorsSchema.safeParse(parseJson(answer.body)).data?.Errors[0];
  if (answer.status !== 409 || !error) throw final('the registry', describeAnswer(answer));
  const key = batch[error.OpIndex]?.key ?? '';
  return { value: { result: 'conflict', conflict: { key, cause: error.What } } };
}

function readDeleted(answer: HttpAnswer): Reading<void> {
  if (answer.status !== 200) throw final('the registry', describeAnswer(answer));
  return { value: undefined };
}

function final(object: string, cause: string): BootError {
  return new BootError({ exit: 'rollout', object, cause });
}

function folderPath(prefix: string): string {
  return `/v1/kv/${prefix.split('/').map(encodeURIComponent).join('/')}`;
}
