import { displayWidth, padColumns, wrap } from './text.ts';

/** A table that fits: columns that have no room stand in a line of their own below each row. */

export interface Column {
  readonly title: string;
  /** How a value reads where no title stands above it. */
  readonly alone?: (value: string) => string;
}

export interface Row {
  /** One character. */
  readonly mark: string;
  /** A value for each column; empty where there is none. */
  readonly cells: readonly string[];
  /** Lines that belong to it, to be told in full. */
  readonly notes?: readonly string[];
}

export interface TableLine {
  readonly kind: 'title' | 'row' | 'more' | 'note';
  readonly row?: Row;
  readonly text: string;
}

const gap = '  ';
const indent = '    ';
const absent = '–';

/**
 * Lays a table out.
 * @param essential how many of the columns always stand in the row itself
 * @param width in columns of the terminal; a line is longer only when the essential ones are
 */
export function layTable(
  columns: readonly Column[],
  rows: readonly Row[],
  { essential, width }: { readonly essential: number; readonly width: number },
): readonly TableLine[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(displayWidth(title), ...rows.map(({ cells }) => displayWidth(cells[index] || absent))),
  );
  const fitting = fittingColumns(widths, essential, width);
  const line = (mark: string, texts: readonly string[]): string =>
    `${mark} ${texts
      .slice(0, fitting)
      .map((text, index) => padColumns(text, widths[index] ?? 0))
      .join(gap)}`.trimEnd();
  const below = (text: string): readonly string[] => wrap(`${indent}${text}`, width).map((each) => each.trimEnd());
  return [
    {
      kind: 'title',
      text: line(
        ' ',
        columns.map(({ title }) => title),
      ),
    },
    ...rows.flatMap((row): TableLine[] => {
      const { mark, cells, notes = [] } = row;
      const more = columns.slice(fitting).flatMap(({ alone = (value) => value }, index) => {
        const value = cells[fitting + index];
        return value ? [alone(value)] : [];
      });
      return [
        {
          kind: 'row',
          row,
          text: line(
            mark,
            cells.map((cell) => cell || absent),
          ),
        },
        ...(more.length > 0 ? below(more.join(gap)) : []).map((text): TableLine => ({ kind: 'more', row, text })),
        ...notes.flatMap(below).map((text): TableLine => ({ kind: 'note', row, text })),
      ];
    }),
  ];
}

function fittingColumns(widths: readonly number[], essential: number, width: number): number {
  for (let count = widths.length; count > essential; count--) {
    const taken = widths.slice(0, count).reduce((sum, each) => sum + each + gap.length, 0);
    if (taken <= width) return count;
  }
  return essential;
}
