const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** How long something has been there, in its two largest units: `3 d 4 h`, `12 min`, `40 s`. Never negative. */
export function formatAge(ms: number): string {
  for (const [index, [unit, unitMs]] of units.entries()) {
    if (ms < unitMs) continue;
    const [smaller, smallerMs] = units[index + 1] ?? [];
    const rest = smallerMs === undefined ? 0 : Math.floor((ms % unitMs) / smallerMs);
    return `${Math.floor(ms / unitMs)} ${unit}${rest > 0 ? ` ${rest} ${smaller}` : ''}`;
  }
  return `${Math.max(0, Math.floor(ms / 1_000))} s`;
}
