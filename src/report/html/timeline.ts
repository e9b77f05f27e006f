import { formatDuration } from '../../base/time.ts';
import type { ServiceTimeline } from '../../verify/types.ts';
import { plural } from '../lines.ts';
import { type Markup, markup } from '../markup.ts';
import { formatTime } from '../verify-words.ts';
import { percent } from './rate-chart.ts';
import { firstReadyMs, groupRollouts, type Phase, phasesOf, type RolloutView } from './rollouts.ts';
import { timeTicks } from './ticks.ts';

/** How each service came up, what it waited for and how long: a row for each, on one time axis for those of a rollout. */
export function timelineSection(timelines: readonly ServiceTimeline[]): Markup | undefined {
  const rollouts = groupRollouts(timelines);
  if (rollouts.length === 0) return undefined;
  return markup`<section class="wide">
<h2>Rollout</h2>
${legend}
${rollouts.map(rolloutTable)}
</section>`;
}

/** Each phase has a thickness of its own, so that it is told without colours. */
const thickness: Readonly<Record<Phase, number>> = { waiting: 2, starting: 6, settling: 14 };
const names: Readonly<Record<Phase, string>> = {
  waiting: 'waits for others',
  starting: 'container starts',
  settling: 'starts up',
};
const middle = 9;

const legend = markup`<ul class="legend">
${(Object.keys(names) as Phase[]).map((phase) => markup`<li><svg class="key" aria-hidden="true">${bar(phase, '0', '100%')}</svg> ${names[phase]}</li>\n`)}<li><svg class="key" aria-hidden="true">${readyMark('50%')}</svg> ready</li>
</ul>`;

function bar(phase: Phase, x: string, width: string, isOpen = false): Markup {
  const height = thickness[phase];
  return markup`<rect class="${phase}${isOpen ? ' open' : ''}" x="${x}" y="${middle - height / 2}" width="${width}" height="${height}"/>`;
}

function readyMark(x: string): Markup {
  return markup`<circle class="ready" cx="${x}" cy="${middle}" r="5"/>`;
}

function rolloutTable(rollout: RolloutView): Markup {
  const { startMs, endMs, timelines } = rollout;
  const isReady = timelines.every((timeline) => firstReadyMs(timeline) !== undefined);
  const caption = `${formatTime(startMs)}: ${plural(timelines.length, 'service')}, ${
    isReady ? `ready after ${formatSeconds(endMs - startMs)}` : 'not all of them ready'
  }`;
  return markup`<table class="rollout cards">
<caption>${caption}</caption>
<thead><tr><th scope="col">Service</th><th scope="col" class="axis">${axis(rollout)}</th><th scope="col">Waited</th><th scope="col">Ready</th></tr></thead>
<tbody>
${timelines.map((timeline) => row(timeline, rollout))}</tbody>
</table>`;
}

function axis({ startMs, endMs }: RolloutView): Markup {
  return markup`<svg class="ticks" role="img" aria-label="Time since the rollout began">${timeTicks(
    endMs - startMs,
  ).map(({ ms, text }) => markup`<text x="${percent(ms / (endMs - startMs))}" y="12">${text}</text>`)}</svg>`;
}

function row(timeline: ServiceTimeline, { startMs, endMs }: RolloutView): Markup {
  const { service, waitsFor, restarts } = timeline;
  const place = (ms: number) => (ms - startMs) / (endMs - startMs);
  const bars = phasesOf(timeline).map(({ phase, fromMs, toMs }) =>
    bar(phase, percent(place(fromMs)), percent(place(toMs ?? endMs) - place(fromMs)), toMs === undefined),
  );
  const readyMs = firstReadyMs(timeline);
  return markup`<tr>
<th scope="row">${service}${restarts > 0 ? markup` <span class="warning restarts">${plural(restarts, 'restart')}</span>` : ''}</th>
<td class="bar"><svg class="phases" aria-hidden="true">${bars}${readyMs === undefined ? '' : readyMark(percent(place(readyMs)))}</svg></td>
<td data-label="Waited">${waitedWords(timeline)}${waitsFor.length > 0 ? markup` <span class="for">for ${waitsFor.join(', ')}</span>` : ''}</td>
<td data-label="Ready">${readyWords(timeline)}</td>
</tr>
`;
}

function waitedWords({ waitsFor, createdMs, gatesPassedMs, startedMs }: ServiceTimeline): string {
  if (waitsFor.length === 0) return '–';
  if (gatesPassedMs !== undefined) return formatSeconds(gatesPassedMs - createdMs);
  return startedMs === undefined ? 'until now' : '–';
}

function readyWords(timeline: ServiceTimeline): string | Markup {
  const { createdMs, readyMs } = timeline;
  const firstMs = firstReadyMs(timeline);
  if (firstMs !== undefined) return `after ${formatSeconds(firstMs - createdMs)}`;
  return readyMs === undefined ? markup`<span class="failed">✗ not ready</span>` : `since ${formatTime(readyMs)}`;
}

/** Kubernetes tells whole seconds. */
function formatSeconds(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms / 1_000)} s` : formatDuration(ms);
}
