/** Where a value comes from. */
export type Origin =
  | { readonly from: 'flag'; readonly name: string }
  | { readonly from: 'environment'; readonly name: string }
  /** The name is the place: `site.yaml:12: database`. */
  | { readonly from: 'file'; readonly name: string }
  | { readonly from: 'default' };

const separators = { flag: ' ', environment: '=', file: ': ' } as const;

/** What was given, with its place: `--with ui`, `EDGEX_BOOT_WITH=ui`, `site.yaml:12: with: ui`. */
export function placeOf(origin: Origin, text: string): string {
  return origin.from === 'default' ? text : `${origin.name}${separators[origin.from]}${text}`;
}
