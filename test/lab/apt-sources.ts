/** Where a machine gets its packages from: one entry of /etc/apt, in either of its two notations. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  /** `[signed-by=...]` or `Signed-By:`, as it stands there. */
  readonly signedBy?: string;
}

/** Reads the one-line notation: `deb [options] URI SUITE COMPONENT...`, one entry a line. */
export function parseSourcesList(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/.exec(line);
    if (!match?.[2] || !match[3]) return [];
    const signedBy = /\bsigned-by=(\S+)/i.exec(match[1] ?? '')?.[1];
    return [{ uri: match[2], suites: [match[3]], ...(signedBy && { signedBy }) }];
  });
}

/** Reads the deb822 notation: `Field: value` in paragraphs; a paragraph may hold several URIs and suites. */
export function parseDeb822(text: string): readonly AptSource[] {
  const plain = text.replace(/^#.*\n?/gm, '');
  return plain.split(/\n\s*\n/).flatMap((paragraph) => {
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(paragraph)?.[1]?.trim() ?? '';
    const words = (name: string) => field(name).split(/\s+/).filter(Boolean);
    if (!words('Types').includes('deb') || field('Enabled').toLowerCase() === 'no') return [];
    const signedBy = field('Signed-By');
    return words('URIs').map((uri) => ({ uri, suites: words('Suites'), ...(signedBy && { signedBy }) }));
  });
}

/**
 * An entry for another Debian suite on the mirror that the machine itself uses, in the deb822 notation.
 * The mirror is the one with a plain suite name: `bookworm`, not `bookworm-updates` or `bookworm-security`.
 * Old suites move to an archive one day: on a mirror called `deb.*` it is `archive.*`.
 * @throws Error when the machine has no such mirror
 */
export function otherSuite(sources: readonly AptSource[], suite: string, where: 'mirror' | 'archive'): string {
  const mirror = sources.find((source) => source.suites.some((name) => /^[a-z]+$/.test(name)));
  if (!mirror) throw new Error(`no Debian mirror in /etc/apt to get ${suite} from`);
  const uri = where === 'mirror' ? mirror.uri : mirror.uri.replace('//deb.', '//archive.');
  const signedBy = mirror.signedBy ? `Signed-By: ${mirror.signedBy}\n` : '';
  return `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\n${signedBy}`;
}
