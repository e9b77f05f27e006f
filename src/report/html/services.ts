import type { ServiceAddress, ServiceSummary, VerifyReport } from '../../verify/types.ts';
import { formatAge } from '../age.ts';
import { plural } from '../lines.ts';
import { type Markup, markup } from '../markup.ts';

/** What runs, and where it is reached. */
export function servicesSection({ services, startedMs }: VerifyReport): Markup | undefined {
  if (services.length === 0) return undefined;
  return markup`<section class="wide">
<h2>Services</h2>
<table class="services cards">
<thead><tr><th scope="col">Service</th><th scope="col">State</th><th scope="col">Version</th><th scope="col">Running for</th><th scope="col">Node</th><th scope="col">Addresses</th></tr></thead>
<tbody>
${services.map((service) => row(service, startedMs))}</tbody>
</table>
</section>`;
}

function row(
  { name, version, image, isReady, restarts, sinceMs, node, addresses }: ServiceSummary,
  nowMs: number,
): Markup {
  const state = isReady ? markup`<span class="passed">✓ ready</span>` : markup`<span class="failed">✗ not ready</span>`;
  return markup`<tr>
<th scope="row">${name} <code class="image">${image}</code></th>
<td data-label="State">${state}${restarts > 0 ? markup` <span class="warning restarts">${plural(restarts, 'restart')}</span>` : ''}</td>
<td data-label="Version">${version ?? '–'}</td>
<td data-label="Running for">${sinceMs === undefined ? '–' : formatAge(nowMs - sinceMs)}</td>
<td data-label="Node">${node ?? '–'}</td>
<td data-label="Addresses">${addresses.length > 0 ? markup`<ul class="addresses">${addresses.map(addressItem)}</ul>` : '–'}</td>
</tr>
`;
}

function addressItem({ address }: ServiceAddress): Markup {
  return markup`<li><code>${address}</code></li>`;
}
