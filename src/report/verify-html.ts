import { createHash } from 'node:crypto';
import { readAsset } from '../base/assets.ts';
import { formatDuration } from '../base/time.ts';
import type { VerifyReport } from '../verify/types.ts';
import { checksSection, problemsSection } from './html/checks.ts';
import { eventsSection } from './html/events.ts';
import { servicesSection } from './html/services.ts';
import { timelineSection } from './html/timeline.ts';
import { type Markup, markup, trusted } from './markup.ts';
import { createRedactor, type Redact } from './redact.ts';
import { clusterKind, describeCounts, formatTime, redactReport, signs, verdictWord } from './verify-words.ts';

/**
 * For people: one page to hand over after commissioning, on a screen or on paper. It needs nothing from outside and has
 * no script; its policy lets a browser load nothing but its own style sheet, whatever a text in it says.
 */
export function renderVerifyHtml(report: VerifyReport, redact: Redact = createRedactor()): string {
  const shown = redactReport(report, redact);
  const css = readAsset('report.css');
  const hash = createHash('sha256').update(css).digest('base64');
  const { verdict, namespace, site, machine, events } = shown;
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${trusted(hash)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${verdictWord(shown)}: EdgeX on ${site ?? machine.hostname}, namespace ${namespace}</title>
<style>${trusted(css)}</style>
</head>
<body>
<header>
<h1 class="${verdict}"><span aria-hidden="true">${signs[verdict]}</span> ${verdictWord(shown)}</h1>
<p class="lead">${describeCounts(shown)}</p>
${facts(shown)}
</header>
<main>
${problemsSection(shown)}
${checksSection(shown)}
${events && eventsSection(events)}
${timelineSection(shown.timelines)}
${servicesSection(shown)}
${signatures}
</main>
</body>
</html>
`.source;
}

function facts(report: VerifyReport): Markup {
  const { startedMs, elapsedMs, site, namespace, release, version, cluster, machine } = report;
  const rows: readonly (readonly [string, string | Markup])[] = [
    ...(site === undefined ? [] : [['Site', site] as const]),
    ['Machine', `${machine.hostname}, ${machine.architecture}${machine.isNode ? ', a node' : ''}`],
    ['Cluster', cluster ? `${clusterKind(cluster)} ${cluster.version}` : 'it did not answer'],
    ...(cluster ? [['Nodes', nodesOf(cluster)] as const] : []),
    ['Namespace', namespace],
    ['Versions', markup`<ul><li>${release.name} ${release.version}</li><li>edgex-boot ${version}</li></ul>`],
    [
      'Checked',
      markup`<time datetime="${new Date(startedMs).toISOString()}">${formatTime(startedMs)}</time>, in ${formatDuration(elapsedMs)}`,
    ],
  ];
  return markup`<dl class="facts">
${rows.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

function nodesOf({ nodes }: NonNullable<VerifyReport['cluster']>): Markup {
  return markup`<ul>${nodes.map(
    ({ name, architecture, isReady }) =>
      markup`<li>${name}, ${architecture}${isReady ? '' : markup`, <span class="failed">✗ not ready</span>`}</li>`,
  )}</ul>`;
}

/** On paper only. */
const signatures = markup`<section class="signatures">
<h2>Handed over</h2>
<dl><div><dt>Place, date</dt><dd></dd></div><div><dt>Handed over by</dt><dd></dd></div><div><dt>Accepted by</dt><dd></dd></div></dl>
</section>`;
