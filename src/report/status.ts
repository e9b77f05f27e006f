import { formatAge } from './age.ts';
import { type Column, layTable, type Row, type TableLine } from './columns.ts';
import { createPaint, type Paint, type Style } from './paint.ts';
import { createRedactor, type Redact } from './redact.ts';
import type { ClaimStatus, ServiceState, ServiceStatus, StatusReport } from './status-view.ts';
import { truncate, wrap } from './text.ts';
import { clusterKind } from './verify-words.ts';

const document = { apiVersion: 'edgex-boot/v1', kind: 'Status' } as const;

/** For programs: everything, as one JSON document. */
export function renderStatusJson(report: StatusReport, redact: Redact = createRedactor()): string {
  const clean = (key: string, value: unknown) => (typeof value === 'string' && key !== 'state' ? redact(value) : value);
  return `${JSON.stringify({ ...document, ...report }, clean, 2)}\n`;
}

/** Where nobody says how wide it is, nothing is to be broken: whoever searches it wants a service in one line. */
const endless = Number.MAX_SAFE_INTEGER;

/**
 * For people: the services and their volumes as tables, and what couldn't be read.
 * @param columns of the terminal; 0 where there is none
 */
export function renderStatusText(
  report: StatusReport,
  columns: number,
  color: boolean,
  redact: Redact = createRedactor(),
): string {
  const shown = inOneLineEach(report, redact) as StatusReport;
  const width = columns === 0 ? endless : columns;
  const paint = createPaint(color);
  const table = (lines: readonly TableLine[]): readonly string[] =>
    lines.map(({ kind, row, text }) => paintLine(paint, kind, row, truncate(text, width)));
  const parts = [
    wrap(headline(shown), width),
    table(serviceTable(shown.services, width)),
    table(storageTable(shown.storage, width)),
    shown.unknown.flatMap(({ what, reason }) =>
      wrap(`! ${what}: ${reason}`, width).map((line) => paint('yellow', line)),
    ),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
    .join('\n');
}

function headline({
  namespace,
  isInstalled,
  release,
  cluster,
  services,
  storage,
  unknown,
  verified,
}: StatusReport): string {
  const where = `namespace ${namespace}${cluster ? `, ${clusterWords(cluster)}` : ''}`;
  if (!isInstalled) {
    if (unknown.length > 0) return `nothing that can be read is installed in ${where}`;
    return `nothing is installed in ${where}${storage.length > 0 ? '; there are data of an earlier installation' : ''}`;
  }
  const ready = services.filter(({ state }) => state === 'ready').length;
  const what = release ? `${release.name} ${release.version} with ${release.database}` : 'services without a record';
  return `${what} in ${where}: ${ready} of ${services.length} services ready${verifiedWords(verified)}`;
}

function verifiedWords(verified: StatusReport['verified']): string {
  return verified ? `; verification ${verified.verdict} ${formatAge(verified.ageMs)} ago` : '';
}

function clusterWords({ version, distribution, nodes }: NonNullable<StatusReport['cluster']>): string {
  const down = nodes.filter(({ isReady }) => !isReady).map(({ name }) => name);
  return `${clusterKind({ distribution })} ${version}${down.length > 0 ? `, not ready: ${down.join(', ')}` : ''}`;
}

const marks: Readonly<Record<ServiceState, string>> = {
  ready: '✓',
  waiting: '·',
  starting: '○',
  pulling: '↓',
  stopped: '–',
  missing: '✗',
  unknown: '?',
};

const styles: Readonly<Record<string, Style>> = { '✓': 'green', '✗': 'red', '○': 'yellow', '?': 'yellow' };

function paintLine(paint: Paint, kind: TableLine['kind'], row: Row | undefined, text: string): string {
  switch (kind) {
    case 'title':
    case 'more':
      return paint('dim', text);
    case 'note':
      return paint('yellow', text);
    case 'row':
      return `${paint(styles[row?.mark ?? ''], text.slice(0, 1))}${text.slice(1)}`;
  }
}

const serviceColumns: readonly Column[] = [
  { title: 'SERVICE' },
  { title: 'STATE' },
  { title: 'VERSION' },
  { title: 'AGE' },
  { title: 'RESTARTS', alone: (count) => (count === '1' ? '1 restart' : `${count} restarts`) },
  { title: 'ADDRESS' },
  { title: 'NODE', alone: (node) => `on ${node}` },
  { title: 'IMAGE' },
];

function serviceTable(services: readonly ServiceStatus[], width: number): readonly TableLine[] {
  if (services.length === 0) return [];
  const rows = services.map(({ name, state, reason, version, image, restarts, ageMs, node, addresses }) => ({
    mark: marks[state],
    cells: [
      name,
      state,
      version ?? '',
      ageMs === undefined ? '' : formatAge(ageMs),
      restarts === undefined ? '' : String(restarts),
      addresses.map(({ address }) => address).join(' '),
      node ?? '',
      image ?? '',
    ],
    notes: reason === undefined ? [] : [reason],
  }));
  return layTable(serviceColumns, rows, { essential: 4, width });
}

const storageColumns: readonly Column[] = [
  { title: 'CLAIM' },
  { title: 'SIZE' },
  { title: 'STATE' },
  { title: 'WHERE' },
  { title: 'VOLUME', alone: (volume) => `volume ${volume}` },
  { title: 'RECLAIM', alone: (policy) => `reclaim policy ${policy}` },
];

function storageTable(storage: readonly ClaimStatus[], width: number): readonly TableLine[] {
  if (storage.length === 0) return [];
  const rows = storage.map(({ claim, size, phase, place = '', volume = '', reclaimPolicy = '' }) => ({
    mark: phase === 'Bound' ? '✓' : '○',
    cells: [claim, size, phase, place, volume, reclaimPolicy],
  }));
  return layTable(storageColumns, rows, { essential: 3, width });
}

/** The same with every text redacted, and without line breaks. */
function inOneLineEach(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value).replace(/\s+/g, ' ').trim();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => inOneLineEach(item, redact));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === 'state' ? item : inOneLineEach(item, redact)]),
  );
}
