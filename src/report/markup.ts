/** HTML and XML from texts that may hold anything: what is put into a template is escaped, unless it is markup itself. */

/** A piece of HTML or XML. */
export interface Markup {
  readonly source: string;
}

/** What a template takes: of a list every item, of nothing nothing. */
export type Part = string | number | undefined | Markup | readonly Part[];

/** A template of HTML or XML: markup`<td>${name}</td>`. Attributes must be in double quotes. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { source: String.raw({ raw: strings }, ...parts.map(markupOf)) };
}

function markupOf(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escapeMarkup(part);
  return 'source' in part ? part.source : part.map(markupOf).join('');
}

/** Markup as it is, for what is part of the program. */
export function trusted(source: string): Markup {
  return { source };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that XML 1.0 has no form for, and HTML allows in none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const illegal = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g;

/** A text as it stands between tags or in a quoted attribute, of XML as of HTML. */
export function escapeMarkup(text: string): string {
  return text
    .toWellFormed()
    .replace(illegal, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
