/** Something with names within. */
export type Table = Readonly<Record<string, unknown>>;

/** True for an object that is no list. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
