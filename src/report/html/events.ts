import type { EventRate } from '../../verify/types.ts';
import { plural } from '../lines.ts';
import { type Markup, markup } from '../markup.ts';
import { percent, rateChart } from './rate-chart.ts';

/** The proof that data flow: the rate as a drawing and as figures, and what each device sent. */
export function eventsSection(rate: EventRate): Markup {
  const { samples, perMinute, expectedPerMinute, devices } = rate;
  const last = samples.at(-1);
  return markup`<section>
<h2>Events</h2>
<div>
<p class="lead">${perMinute.toFixed(1)} a minute${expectedPerMinute === undefined ? '' : `; ${expectedPerMinute} are expected`}${last ? ` (${plural(last.count, 'event')} in ${(last.atMs / 1_000).toFixed(1)} s)` : ''}</p>
${
  samples.length > 1
    ? markup`<ul class="legend"><li><svg class="key" aria-hidden="true"><line class="counted" x1="0" y1="9" x2="100%" y2="9"/><circle class="sample" cx="50%" cy="9" r="2.5"/></svg> counted</li>${expectedPerMinute === undefined ? '' : markup`<li><svg class="key" aria-hidden="true"><line class="expected" x1="0" y1="9" x2="100%" y2="9"/></svg> expected</li>`}</ul>
${rateChart(rate)}`
    : ''
}
${devices.length > 0 ? deviceTable(devices) : ''}
</div>
</section>`;
}

function deviceTable(devices: EventRate['devices']): Markup {
  const most = Math.max(1, ...devices.map(({ count }) => count));
  return markup`<table class="devices">
<thead><tr><th scope="col">Device</th><th scope="col" class="number">Events</th><th scope="col"><span class="unseen">Share</span></th></tr></thead>
<tbody>
${devices.map(
  ({ name, count }) => markup`<tr>
<th scope="row">${name}</th>
<td class="number">${count === 0 ? markup`<span class="failed">✗ none</span>` : count}</td>
<td class="bar"><svg aria-hidden="true"><rect class="settling" x="0" y="3" width="${percent(count / most)}" height="10"/></svg></td>
</tr>
`,
)}</tbody>
</table>`;
}
