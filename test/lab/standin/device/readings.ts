const integer = /^(Int|Uint)(8|16|32|64)$/;

/** A random value of a resource, as text; undefined for a resource that the virtual devices don't have. */
export function randomReading(resource: string): string | undefined {
  if (resource === 'Bool') return String(Math.random() < 0.5);
  if (resource === 'Float32' || resource === 'Float64') return (Math.random() * 1000 - 500).toExponential(6);
  const [, sign, bits] = integer.exec(resource) ?? [];
  if (bits === undefined) return undefined;
  const span = 2n ** BigInt(bits);
  const value = (span * BigInt(Math.floor(Math.random() * 2 ** 32))) / 2n ** 32n;
  return String(sign === 'Int' ? value - span / 2n : value);
}
