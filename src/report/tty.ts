import type { BootEvent } from '../base/events.ts';
import { failureLines } from './failure.ts';
import { describeEvent, type Tone } from './lines.ts';
import { createPaint, type Style } from './paint.ts';
import { displayWidth, truncate, wrap } from './text.ts';
import type { Reporter, Sink } from './types.ts';
import { advance, emptyView, fittingServiceLines, type MarkedLine, serviceLines, stageLine } from './view.ts';

/**
 * A live view for a terminal: below, redrawn in place, the stage and a line for each service; above, as ordinary text,
 * what is over. A line of the live part never reaches the last column, so that no terminal breaks it in two and the way
 * back up stays known. At the end the live part gives way to the whole table.
 */

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const eraseBelow = '\x1b[J';
const usualColumns = 80;
const usualRows = 24;
/** A mark and a space before each text. */
const margin = 2;

const styles: Readonly<Record<Tone, Style | undefined>> = {
  plain: 'cyan',
  dim: 'dim',
  good: 'green',
  warning: 'yellow',
  bad: 'red',
};

const marks: Readonly<Record<Tone, string>> = { plain: ' ', dim: ' ', good: '✓', warning: '!', bad: '✗' };

/** Events that become a line of their own; the others only change the live part. */
const isTold: ReadonlySet<BootEvent['type']> = new Set(['fact', 'warning', 'kept', 'seeded']);

/** The live view; see above. */
export function openTty({ write, columns, rows, color, clock }: Sink): Reporter {
  const paint = createPaint(color);
  let view = emptyView;
  /** The columns that each line of the live part took when it was drawn. */
  let drawn: readonly number[] = [];
  let isLive = false;
  let isOver = false;

  /** Puts lines above the live part, and draws that anew below them. */
  function draw(above: readonly MarkedLine[], live: readonly MarkedLine[], end = ''): void {
    const width = columns() || usualColumns;
    const room = Math.max(1, width - 1 - margin);
    // In a terminal that became narrower, what was one line may be several by now.
    const up = drawn.reduce((sum, taken) => sum + Math.max(1, Math.ceil(taken / width)), 0);
    const lines = [
      ...above.flatMap(({ mark, tone, text }) =>
        wrap(text, room).map((part, index) => paintLine(index === 0 ? mark : ' ', tone, part)),
      ),
      ...live.map(({ mark, tone, text }) => paintLine(mark, tone, truncate(text, room))),
    ];
    const back = `${up > 0 ? `\x1b[${up}A` : ''}\r${eraseBelow}`;
    const start = isLive ? back : live.length > 0 ? hideCursor : '';
    write(`${start}${lines.map((line) => `${line}\n`).join('')}${end}`);
    drawn = live.map(({ text }) => margin + displayWidth(truncate(text, room)));
    isLive = live.length > 0 && end === '';
  }

  function paintLine(mark: string, tone: Tone, text: string): string {
    return `${paint(styles[tone], mark)} ${tone === 'dim' ? paint('dim', text) : text}`.trimEnd();
  }

  function liveLines(): readonly MarkedLine[] {
    if (isOver) return [];
    const nowMs = clock.now();
    const stage = stageLine(view, nowMs);
    // The cursor takes a row of its own below the live part.
    const free = (rows() || usualRows) - stage.length - 1;
    return [...stage, ...fittingServiceLines(view, nowMs, Math.max(1, free))];
  }

  /** The table as it is to stay, and below it how it ended. */
  function settle(ending: readonly MarkedLine[], end?: 'good' | 'bad'): void {
    if (isOver) {
      draw(ending, []);
      return;
    }
    isOver = true;
    const nowMs = clock.now();
    draw([...stageLine(view, nowMs, end), ...serviceLines(view, nowMs), ...ending], [], isLive ? showCursor : '');
  }

  function emit(event: BootEvent): void {
    if (event.type === 'failure') {
      settle(failureLines(event.error).map(markFailure), 'bad');
      return;
    }
    const described = describeEvent(event);
    const line = described && { mark: marks[described.tone], ...described };
    if (event.type === 'done') {
      settle(line ? [line] : [], 'good');
      return;
    }
    const finished = event.type === 'stage' ? stageLine(view, clock.now(), 'good') : [];
    view = advance(view, event, clock.now());
    draw([...finished, ...(line && isTold.has(event.type) ? [line] : [])], liveLines());
  }

  return {
    emit,
    tick: () => {
      if (isLive) draw([], liveLines());
    },
    close: () => {
      if (!isOver) settle([]);
    },
  };
}

function markFailure({ kind, text }: ReturnType<typeof failureLines>[number]): MarkedLine {
  switch (kind) {
    case 'error':
      return { tone: 'bad', mark: '✗', text };
    case 'evidence':
      return { tone: 'dim', mark: ' ', text: `  ${text}` };
    default:
      return { tone: 'plain', mark: ' ', text };
  }
}
