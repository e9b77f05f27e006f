/**
 * The last gate before text leaves the program: secrets are replaced, and what could command a terminal is taken out or
 * made visible. Known secrets are found wherever they stand; patterns catch those that nobody knows of, as in a
 * service's log. Replacing too much is a nuisance, too little a leak; so patterns are generous.
 */

export type Redact = (text: string) => string;

export const redacted = '[redacted]';

/** A shorter word is no secret, and to replace it everywhere would make every text unreadable. */
const shortestSecret = 4;

/**
 * @param secrets known values. They are read anew for each text, so a set may grow while the program learns them.
 * @returns a function that keeps line breaks and tabs, and gives the same when it is used twice
 */
export function createRedactor(secrets: Iterable<string> = []): Redact {
  return (text) => replacePatterns(replaceSecrets(tameControls(text), secrets));
}

/** True for the name or path of something whose value should not be shown: `MQTT_PASSWORD`, `Primary/Password`. */
export function isSecretName(path: string): boolean {
  return path.split(/[./[\]]/).some((name) => secretName.test(name));
}

function replaceSecrets(text: string, secrets: Iterable<string>): string {
  const forms = [...secrets].filter((secret) => secret.length >= shortestSecret).flatMap(formsOf);
  // A secret may be a part of another one.
  return forms
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, form) => (form === redacted ? rest : rest.replaceAll(form, redacted)), text);
}

/** A secret as it stands in a URL, a JSON text, a Kubernetes Secret, and as several lines that became one. */
function formsOf(secret: string): readonly string[] {
  const quoted = JSON.stringify(secret).slice(1, -1);
  return [secret, tameControls(secret), quoted, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
}

const escapeSequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Takes out escape sequences, and makes visible what else moves a cursor or turns the direction of writing. */
function tameControls(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(escapeSequences, '')
    .replace(controls, (character) => {
      const code = character.charCodeAt(0);
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
    });
}

/** What a name ends with whose value is a secret. */
const secretWords =
  'pass(?:word|wd|phrase)|pwd|secret|token|api[-_]?key|access[-_]?key(?:[-_]?id)?|private[-_]?key|client-key-data|credentials?';

const secretName = new RegExp(`(?:${secretWords})$`, 'i');

/** A name that ends like that, what separates it from its value, and what the value is quoted with. */
const assigned = (quote: string) => `((?:${secretWords})["']?[ \\t]*[:=][ \\t]*${quote})`;
const notRedacted = '(?!\\[redacted\\])';

/** Each keeps what stands before the secret, as its first group, and what stands behind it, as its second. */
const patterns: readonly RegExp[] = [
  /()-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)()/g,
  // A log's last lines may begin within a key.
  /^()[A-Za-z0-9+/=\s]*-----END [A-Z ]*PRIVATE KEY-----()/g,
  // The same in base64, as a kubeconfig has it; certificates too.
  /()LS0tLS1CRUdJTi[A-Za-z0-9+/=]*()/g,
  // JSON web tokens, and those with which nodes join k3s.
  /\b()eyJ[\w-]{6,}\.[\w-]{4,}(?:\.[\w-]*)?()/g,
  /\b()K10[0-9a-f]{40,}::\S+()/g,
  /(\bauthorization["']?[ \t]*[:=][ \t]*["']?)(?:[a-z]+[ \t]+)?[^\s"',;[\]]+()/gi,
  /(\bbearer[ \t]+)[\w.~+/=-]{8,}()/gi,
  // Credentials in a URL; a password may have an @ of its own.
  /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'@]*(?:@[^\s/?#"'@]*)*(@)/gi,
  new RegExp(`((?:${secretWords})\\\\"[ \\t]*:[ \\t]*\\\\")(?:[^"\\\\]|\\\\[^"])*()`, 'gi'),
  new RegExp(`${assigned('"')}(?:[^"\\\\\\n]|\\\\.)*()`, 'gi'),
  new RegExp(`${assigned("'")}[^'\\n]*()`, 'gi'),
  new RegExp(`${assigned('')}${notRedacted}[^\\s"',;&}\\\\]+()`, 'gi'),
  // As an argument on a command line.
  new RegExp(`(--?[a-z-]{0,30}(?:${secretWords})[ \\t]+)(?!-)${notRedacted}[^\\s"',;]+()`, 'gi'),
];

function replacePatterns(text: string): string {
  return patterns.reduce((rest, pattern) => rest.replace(pattern, `$1${redacted}$2`), text);
}
