import type { Reply } from '../store/store.ts';

/** What a key holds. */
type Value = Map<string, string> | string[] | number;

/** Commands that change data; the others only read. */
export const writes: ReadonlySet<string> = new Set(['HSET', 'HDEL', 'RPUSH', 'DEL', 'INCRBY']);

export type Data = Map<string, Value>;

/** Carries out one command on the data, with Redis' meaning. Throws on one that it doesn't know, or a key of another kind. */
export function execute(data: Data, [name = '', key = '', ...rest]: readonly string[]): Reply {
  const hash = (): Map<string, string> => of(data, key, (value) => value instanceof Map, new Map());
  const list = (): string[] => of(data, key, Array.isArray, []);
  const [first = '', second = ''] = rest;
  switch (name) {
    case 'HSET':
      return hash().set(first, second).size;
    case 'HGET':
      return hash().get(first) ?? null;
    case 'HVALS':
      return [...hash().values()];
    case 'HLEN':
      return hash().size;
    case 'HDEL':
      return hash().delete(first) ? 1 : 0;
    case 'RPUSH':
      return list().push(first);
    case 'LRANGE':
      return list().slice(Number(first), Number(second) === -1 ? undefined : Number(second) + 1);
    case 'LLEN':
      return list().length;
    case 'DEL':
      return data.delete(key) ? 1 : 0;
    case 'INCRBY': {
      const sum = of(data, key, (value) => typeof value === 'number', 0) + Number(first);
      data.set(key, sum);
      return sum;
    }
    default:
      throw new Error(`no such command: ${name}`);
  }
}

function of<T extends Value>(data: Data, key: string, isKind: (value: Value) => boolean, empty: T): T {
  const value = data.get(key);
  if (value === undefined) {
    data.set(key, empty);
    return empty;
  }
  if (!isKind(value)) throw new Error(`${key} holds a value of another kind`);
  return value as T;
}
