import type { EventRate } from '../../verify/types.ts';
import { type Markup, markup } from '../markup.ts';
import { linearTicks, timeTicks } from './ticks.ts';

/**
 * The count of events over time as a drawing. All places are parts of its size, so it fits any width while its letters
 * keep theirs; the style sheet leaves room for the labels beside it.
 */
export function rateChart({ samples, perMinute, expectedPerMinute }: EventRate): Markup {
  const lastMs = Math.max(1_000, ...samples.map(({ atMs }) => atMs));
  const expected = ((expectedPerMinute ?? 0) * lastMs) / 60_000;
  const most = Math.max(1, expected, ...samples.map(({ count }) => count));
  const counts = linearTicks(most);
  const top = counts.at(-1) ?? most;
  const x = (ms: number) => percent(ms / lastMs);
  const y = (count: number) => percent(1 - count / top);
  const label =
    `Events counted over ${lastMs / 1000} seconds, ${perMinute.toFixed(1)} a minute` +
    `${expectedPerMinute === undefined ? '' : `, where ${expectedPerMinute} a minute are expected`}.`;
  const segments = samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? sample;
    return markup`<line class="counted" x1="${x(before.atMs)}" y1="${y(before.count)}" x2="${x(sample.atMs)}" y2="${y(sample.count)}"/>`;
  });
  return markup`<div class="plot"><svg class="chart" role="img" aria-label="${label}">
${counts.map((count) => markup`<line class="grid" x1="0" y1="${y(count)}" x2="100%" y2="${y(count)}"/><text class="y" data-count="${count}" x="0" y="${y(count)}" dx="-8" dy="0.32em">${count}</text>\n`)}
${timeTicks(lastMs).map(({ ms, text }) => markup`<text class="x" data-ms="${ms}" x="${x(ms)}" y="100%" dy="1.6em">${text}</text>\n`)}
${expectedPerMinute === undefined ? '' : markup`<line class="expected" x1="0" y1="${y(0)}" x2="100%" y2="${y(expected)}"/>`}
${segments}
${samples.map(({ atMs, count }) => markup`<circle class="sample" cx="${x(atMs)}" cy="${y(count)}" r="2.5"><title>${count} after ${(atMs / 1000).toFixed(1)} s</title></circle>\n`)}</svg></div>`;
}

/** A part of the whole, as the attributes of a drawing take it. */
export function percent(part: number): string {
  return `${Number((part * 100).toFixed(3))}%`;
}
