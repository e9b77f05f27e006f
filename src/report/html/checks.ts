import { formatDuration } from '../../base/time.ts';
import type { CheckCategory, CheckResult, VerifyReport } from '../../verify/types.ts';
import { type Markup, markup } from '../markup.ts';
import { type CheckState, problemsOf, signs, stateOf } from '../verify-words.ts';

const titles: Readonly<Record<CheckCategory, string>> = {
  machine: 'Machine',
  cluster: 'Cluster',
  storage: 'Storage',
  consul: 'Consul',
  services: 'Services',
  data: 'Data',
  export: 'Export',
};

/** Below, nobody asks how long a check took. */
const shortestMs = 100;

/** What somebody has to do, ahead of everything else; undefined where there is nothing. */
export function problemsSection(report: VerifyReport): Markup | undefined {
  const problems = problemsOf(report);
  if (problems.length === 0) return undefined;
  return markup`<section>
<h2>${report.verdict === 'failed' ? 'Problems' : 'Warnings'}</h2>
<ol>
${problems.map(
  (check) => markup`<li>
<p class="finding"><span class="${stateOf(check)}">${signs[stateOf(check)]} ${stateOf(check)}</span> <a href="#${idOf(check)}">${check.detail ?? check.title}</a> <code>${check.code}</code></p>
${check.hint ? markup`<p class="hint">${check.hint}</p>` : ''}
</li>
`,
)}</ol>
</section>`;
}

/** Every check with what it found, by category. */
export function checksSection({ checks }: VerifyReport): Markup {
  return markup`<section>
<h2>Checks</h2>
<div>
${[...Map.groupBy(checks, ({ category }) => category)].map(([category, members]) => categoryPart(category, members))}</div>
</section>`;
}

function categoryPart(category: CheckCategory, checks: readonly CheckResult[]): Markup {
  return markup`<h3>${titles[category]} <small>${tally(checks)}</small></h3>
<ul class="checks">
${checks.map(checkItem)}</ul>
`;
}

/** `5 passed, 1 failed` */
function tally(checks: readonly CheckResult[]): string {
  const counts = Map.groupBy(checks, stateOf);
  return (['passed', 'failed', 'warning', 'skipped'] as const)
    .flatMap((state) => {
      const count = counts.get(state)?.length;
      return count ? [`${count} ${state === 'warning' && count > 1 ? 'warnings' : state}`] : [];
    })
    .join(', ');
}

function checkItem(check: CheckResult): Markup {
  const { code, title, detail, evidence = [], hint, elapsedMs } = check;
  const state: CheckState = stateOf(check);
  return markup`<li id="${idOf(check)}">
<p class="${state}">${signs[state]} ${state}</p>
<div>
<p class="title">${title}</p>
${detail ? markup`<p class="detail">${detail}</p>` : ''}
${evidence.length > 0 ? markup`<ul class="evidence">${evidence.map((line) => markup`<li>${line}</li>\n`)}</ul>` : ''}
${hint ? markup`<p class="hint">${hint}</p>` : ''}
</div>
<p class="code"><code>${code}</code>${elapsedMs < shortestMs ? '' : markup` <small>${formatDuration(elapsedMs)}</small>`}</p>
</li>
`;
}

function idOf({ code }: CheckResult): string {
  return `check-${code}`;
}
