const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof codes;

/** Puts a text into a style, or leaves it as it is where there are no colours. */
export type Paint = (style: Style | undefined, text: string) => string;

/** Styles by the escape sequences that every terminal knows. */
export function createPaint(color: boolean): Paint {
  return (style, text) => {
    if (!color || style === undefined || text === '') return text;
    const [on, off] = codes[style];
    return `\x1b[${on}m${text}\x1b[${off}m`;
  };
}
