import type { CheckCategory, CheckResult, VerifyReport } from '../verify/types.ts';
import { type Markup, markup } from './markup.ts';
import { createRedactor, type Redact } from './redact.ts';
import { clusterKind, redactReport, signs, stateOf } from './verify-words.ts';

/**
 * For CI servers: a suite for each category, a test for each check. There are several schemas of this format and no
 * standard; the order of the elements and the attributes here suit those of Ant and of Jenkins. As JUnit has no
 * warnings, one is a test that was skipped, with its words; only where nothing else explains the verdict, because
 * warnings were to count, is it a failure.
 */
export function renderVerifyJunit(report: VerifyReport, redact: Redact = createRedactor()): string {
  const shown = redactReport(report, redact);
  const suites = [...Map.groupBy(shown.checks, ({ category }) => category)];
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
${suites.map(([category, checks], index) => suite(category, checks, index, shown))}</testsuites>
`.source;
}

function suite(category: CheckCategory, checks: readonly CheckResult[], index: number, report: VerifyReport): Markup {
  const failsOf = failureRule(report);
  const count = (kind: Kind) => checks.filter((check) => kindOf(check, failsOf) === kind).length;
  const elapsedMs = checks.reduce((sum, check) => sum + check.elapsedMs, 0);
  return markup`  <testsuite id="${index}" package="edgex-boot" name="${category}" timestamp="${timestamp(report)}" hostname="${report.machine.hostname}" tests="${checks.length}" failures="${count('failure')}" errors="0" skipped="${count('skipped')}" time="${seconds(elapsedMs)}">
    <properties>
${propertiesOf(report).map(([name, value]) => markup`      <property name="${name}" value="${value}"/>\n`)}    </properties>
${checks.map((check) => testcase(check, kindOf(check, failsOf)))}    <system-out>${checks.map(outputOf).join('\n')}</system-out>
    <system-err></system-err>
  </testsuite>
`;
}

type Kind = 'passed' | 'failure' | 'skipped';

/** Which checks fail. Warnings do where the verdict can't be explained without them. */
function failureRule({ verdict, checks }: VerifyReport): (check: CheckResult) => boolean {
  const isExplained = verdict === 'passed' || checks.some((check) => stateOf(check) === 'failed');
  return ({ outcome, level }) => outcome === 'failed' && (level !== 'warning' || !isExplained);
}

function kindOf(check: CheckResult, fails: (check: CheckResult) => boolean): Kind {
  if (fails(check)) return 'failure';
  return check.outcome === 'passed' ? 'passed' : 'skipped';
}

function testcase(check: CheckResult, kind: Kind): Markup {
  const { code, title, category, level, elapsedMs } = check;
  const open = markup`    <testcase name="${code}: ${title}" classname="edgex-boot.${category}" time="${seconds(elapsedMs)}"`;
  const finding = check.detail ?? title;
  switch (kind) {
    case 'passed':
      return markup`${open}/>\n`;
    case 'failure':
      return markup`${open}>
      <failure type="${level}" message="${finding}">${explanation(check)}</failure>
    </testcase>
`;
    case 'skipped':
      return markup`${open}>
      <skipped message="${check.outcome === 'failed' ? 'warning: ' : ''}${finding}"/>
    </testcase>
`;
  }
}

function explanation({ detail, evidence = [], hint }: CheckResult): string {
  return [detail, ...evidence.map((line) => `    ${line}`), hint && `Next: ${hint}`].filter(Boolean).join('\n');
}

/** A test has nowhere to say what it found when it passed, so its suite does. */
function outputOf(check: CheckResult): string {
  return `${signs[stateOf(check)]} ${check.code}: ${explanation(check)}`;
}

function propertiesOf(report: VerifyReport): readonly [string, string][] {
  const { site, namespace, release, version, cluster, machine } = report;
  return [
    ...(site === undefined ? [] : [['site', site] as [string, string]]),
    ['namespace', namespace],
    ['release', `${release.name} ${release.version}`],
    ['edgex-boot', version],
    ...(cluster ? [['cluster', `${clusterKind(cluster)} ${cluster.version}`] as [string, string]] : []),
    ['architecture', machine.architecture],
  ];
}

/** Without its zone, which the schemas don't allow; it is UTC. */
function timestamp({ startedMs }: VerifyReport): string {
  return new Date(startedMs).toISOString().slice(0, 19);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
