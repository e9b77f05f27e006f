export type Reply = string | number | null | readonly Reply[];

/**
 * A database as the stand-ins use it: the few commands of Redis that they need, whichever product is behind.
 * Rejects with what a Fuji service puts into its answer 500.
 */
export type Command = (...words: readonly string[]) => Promise<Reply>;

export interface Store {
  /** Documents of a collection by id. */
  readonly put: (collection: string, id: string, document: unknown) => Promise<void>;
  readonly get: <T>(collection: string, id: string) => Promise<T | undefined>;
  readonly all: <T>(collection: string) => Promise<readonly T[]>;
  readonly remove: (collection: string, id: string) => Promise<void>;
  /** Journals: documents in the order of their coming. */
  readonly append: (journal: string, document: unknown) => Promise<void>;
  /** The last `limit` documents, newest first. */
  readonly newest: <T>(journal: string, limit: number) => Promise<readonly T[]>;
  readonly length: (journal: string) => Promise<number>;
  readonly clear: (journal: string) => Promise<void>;
  /** Adds to a number and gives the result; adding 0 reads it. */
  readonly add: (counter: string, amount: number) => Promise<number>;
}

/** Documents, journals and counters on top of plain commands. `name` keeps the services' data apart. */
export function openStore(command: Command, name: string): Store {
  const key = (part: string): string => `${name}:${part}`;
  const parse = <T>(reply: Reply): readonly T[] => (reply as readonly string[]).map((item) => JSON.parse(item) as T);
  return {
    put: async (collection, id, document) => {
      await command('HSET', key(collection), id, JSON.stringify(document));
    },
    get: async <T>(collection: string, id: string) => {
      const reply = await command('HGET', key(collection), id);
      return reply === null ? undefined : (JSON.parse(String(reply)) as T);
    },
    all: async <T>(collection: string) => parse<T>(await command('HVALS', key(collection))),
    remove: async (collection, id) => {
      await command('HDEL', key(collection), id);
    },
    append: async (journal, document) => {
      await command('RPUSH', key(journal), JSON.stringify(document));
    },
    newest: async <T>(journal: string, limit: number) =>
      limit <= 0 ? [] : parse<T>(await command('LRANGE', key(journal), String(-limit), '-1')).toReversed(),
    length: async (journal) => Number(await command('LLEN', key(journal))),
    clear: async (journal) => {
      await command('DEL', key(journal));
    },
    add: async (counter, amount) => Number(await command('INCRBY', key(counter), String(amount))),
  };
}
