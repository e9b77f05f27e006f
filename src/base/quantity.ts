/** Amounts as Kubernetes writes them, and as people read them. */

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number that a quantity stands for, bytes for sizes: `128Mi`, `1.5G`, `12e6`. Undefined for anything else. */
export function parseQuantity(text: string): number | undefined {
  const [, number, suffix = ''] = /^(\d+(?:\.\d+)?(?:[eE]\d+)?)([a-zA-Z]*)$/.exec(text.trim()) ?? [];
  const factor = Object.hasOwn(factors, suffix) ? factors[suffix] : undefined;
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 B`, `1.5 GiB`, `29 GiB`: never more than three digits, but above a thousand TiB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes;
  let unit = '';
  for (const next of units) {
    [value, unit] = [value / 1024, next];
    // What would be rounded to 1000 and more goes on to the next unit.
    if (value < 999.5) break;
  }
  return `${value < 9.95 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`;
}
