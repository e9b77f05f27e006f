/** Where an axis has its figures. */

const mostTicks = 5;

/** From 0 to a round figure that nothing exceeds, in equal steps of whole numbers. */
export function linearTicks(most: number): readonly number[] {
  const step = roundStep(most / mostTicks);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step);
}

/** The next 1, 2 or 5 with zeros behind it. */
function roundStep(least: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

export interface TimeTick {
  readonly ms: number;
  readonly text: string;
}

const seconds = [1, 2, 5, 10, 15, 30];
const minutes = [1, 2, 5, 10, 15, 30];
const hours = [1, 2, 3, 6, 12, 24];
const stepsMs = [
  ...seconds.map((n) => n * 1_000),
  ...minutes.map((n) => n * 60_000),
  ...hours.map((n) => n * 3_600_000),
];

/** Within a time that began at 0, in steps as a clock has them. */
export function timeTicks(lastMs: number): readonly TimeTick[] {
  const longest = stepsMs.at(-1) ?? lastMs;
  const stepMs = stepsMs.find((ms) => lastMs / ms <= mostTicks) ?? Math.ceil(lastMs / mostTicks / longest) * longest;
  const [unitMs, unit] = stepMs < 60_000 ? [1_000, 's'] : stepMs < 3_600_000 ? [60_000, 'min'] : [3_600_000, 'h'];
  return Array.from({ length: Math.floor(lastMs / stepMs) + 1 }, (_, index) => {
    const ms = index * stepMs;
    return { ms, text: `${ms / unitMs} ${unit}` };
  });
}
