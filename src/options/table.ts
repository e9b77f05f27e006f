import type { Overrides } from '../plan/configuration.ts';
import { type CommandName, commandNames } from './commands.ts';

/**
 * Every option, once. Flags, environment names, values, help texts and docs/options.md are made from this table: a row
 * more is an option more. Its key is the name of the field in Options; a unit in it is not part of the flag.
 *
 *   text      any text that its rule lets through
 *   choice    one of a few words
 *   boolean   --flag, --no-flag
 *   duration  as in 90s, 15m, 1h30m; milliseconds in Options
 *   list      names, separated by commas, the flag as often as one likes
 *   settings  SERVICE/PATH=VALUE, the flag as often as one likes; in the environment one a line
 */

interface Row {
  /** Without its dashes. The environment name follows from it: see {@link environmentName}. */
  readonly flag: string;
  readonly short?: string;
  readonly group: OptionGroup;
  /** The commands that take it. */
  readonly commands: readonly CommandName[];
  /** It has no environment name, and no key in a site file. */
  readonly flagOnly?: true;
  /** It says which site file to read, or belongs to a single run. */
  readonly notInFile?: true;
  /** An environment name that other programs have too, and the value that it stands for when it isn't empty. */
  readonly convention?: { readonly variable: string; readonly value: string };
  /** What it is for, without its default and its choices. */
  readonly help: string;
}

export type OptionRow = Row &
  (
    | {
        readonly type: 'text';
        readonly placeholder: string;
        readonly default?: string;
        /** What the flag stands for where no value follows it. */
        readonly bare?: string;
        readonly rule?: TextRule;
      }
    | {
        readonly type: 'choice';
        readonly choices: readonly string[];
        readonly default: string;
        /** The commands that a choice is for; without an entry it is for all that take the option. */
        readonly choicesOf?: Readonly<Record<string, readonly CommandName[]>>;
      }
    | { readonly type: 'boolean'; readonly default: boolean }
    | {
        readonly type: 'duration';
        readonly placeholder: string;
        readonly default?: string;
        /** 0s has a meaning, too. */
        readonly mayBeZero?: true;
      }
    | { readonly type: 'list'; readonly placeholder: string }
    | { readonly type: 'settings'; readonly placeholder: string }
  );

export interface TextRule {
  readonly pattern: RegExp;
  /** What fits the pattern, after "Give it". */
  readonly expected: string;
  /** Whole values that somebody may have meant. */
  readonly words?: readonly string[];
}

export const optionGroups = ['Cluster', 'Installation', 'Run', 'Export check', 'Output'] as const;
export type OptionGroup = (typeof optionGroups)[number];

const onCluster = ['install', 'plan'] as const;
/** Those that look at all that a cluster has. */
const onStorage = [...onCluster, 'storage', 'verify'] as const;
/** Those that can check whether events come out at a broker. */
const onExport = ['install', 'verify'] as const;
const onArchives = ['backup', 'restore'] as const;
const onManifests = [...onStorage, 'render'] as const;
/** Those that take a release apart. */
const onRelease = [...onManifests, 'images', 'config render'] as const;

const namespaceRule: TextRule = {
  pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  expected: '1 to 63 lower-case letters, digits and dashes, with a letter or digit at both ends',
};

/** Absolute, without `.` and `..`, and without a slash at its end. */
const path = String.raw`(/(?!\.{1,2}(/|$))[^/:\s]+)+`;
const server = String.raw`([A-Za-z\d]([-.A-Za-z\d]*[A-Za-z\d])?|\[[\dA-Fa-f:.]+\])`;

const storageRule: TextRule = {
  pattern: new RegExp(
    `^(auto|existing|local(:${path})?|nfs://${server}(/|${path})|class:[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)$`,
  ),
  expected: 'auto, local, local:/ABSOLUTE/PATH, nfs://SERVER/EXPORT, class:NAME or existing',
  words: ['auto', 'local', 'existing'],
};

const registryRule: TextRule = {
  pattern: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]([-._a-z0-9]*[a-z0-9])?)*$/,
  expected: 'HOST, HOST:PORT or either with /PREFIX, in lower case and without https://',
};

const brokerRule: TextRule = {
  pattern: /^(auto|[a-z]+:\/\/\S+)$/,
  expected: 'the URL of a broker, like mqtt://192.168.1.5:1883 or mqtts://broker.example.com, or nothing',
  words: ['auto'],
};

/** No quotes and no blanks: these go into scripts and units. */
const urlRule: TextRule = {
  pattern: /^https?:\/\/[-\w.:[\]]+(\/[-\w.~%/?&=+,@:]*)?$/,
  expected: 'an address like https://host/path',
};
const sha256Rule: TextRule = { pattern: /^[0-9a-f]{64}$/, expected: 'the 64 hexadecimal digits of a SHA-256' };
const k3sRule: TextRule = {
  pattern: /^(\/[-\w./+]+|https:\/\/[-\w.:[\]]+\/[-\w.~%/?&=+,@:]*#sha256=[0-9a-f]{64})$/,
  expected: '/PATH of k3s or of its installer, or https://HOST/PATH#sha256=DIGEST',
};

export const table = {
  config: {
    flag: 'config',
    type: 'text',
    placeholder: 'FILE',
    notInFile: true,
    group: 'Installation',
    commands: commandNames,
    help: 'The site file: options and what takes more than a word, see docs/site.md. Without it: /etc/edgex-boot/site.yaml when it is there.',
  },
  kubeconfig: {
    flag: 'kubeconfig',
    type: 'text',
    placeholder: 'FILE',
    group: 'Cluster',
    commands: [...onStorage, ...onArchives, 'status', 'uninstall'],
    help: 'The kubeconfig. Without it: what KUBECONFIG names, ~/.kube/config, then where distributions keep theirs.',
  },
  context: {
    flag: 'context',
    type: 'text',
    placeholder: 'NAME',
    group: 'Cluster',
    commands: [...onStorage, ...onArchives, 'status', 'uninstall'],
    help: "Which of the kubeconfig's contexts to use. Without it: its current one.",
  },
  namespace: {
    flag: 'namespace',
    short: 'n',
    type: 'text',
    placeholder: 'NAME',
    default: 'edgex',
    rule: namespaceRule,
    group: 'Cluster',
    commands: [...onManifests, ...onArchives, 'status', 'uninstall'],
    help: 'The namespace of the installation; made when it is missing.',
  },
  reach: {
    flag: 'reach',
    type: 'choice',
    choices: ['auto', 'direct', 'proxy'],
    default: 'auto',
    group: 'Cluster',
    commands: [...onCluster, 'backup', 'status'],
    help: "The way to the services: by ClusterIP, or through the API server's proxy. auto tries them in this order.",
  },
  database: {
    flag: 'database',
    type: 'choice',
    choices: ['auto', 'mongo', 'redis'],
    default: 'auto',
    group: 'Installation',
    commands: onRelease,
    help: 'The database of the services. auto keeps the one that is installed, else goes by the architecture.',
  },
  with: {
    flag: 'with',
    type: 'list',
    placeholder: 'LIST',
    group: 'Installation',
    commands: onRelease,
    help: 'Optional services to install as well, by name or short name.',
  },
  without: {
    flag: 'without',
    type: 'list',
    placeholder: 'LIST',
    group: 'Installation',
    commands: onRelease,
    help: 'Optional services to leave out, by name or short name.',
  },
  storage: {
    flag: 'storage',
    type: 'text',
    placeholder: 'WHERE',
    default: 'auto',
    rule: storageRule,
    group: 'Installation',
    commands: [...onManifests, 'restore'],
    help: 'Where the data live: local, local:/PATH (directories on a node), nfs://SERVER/EXPORT, class:NAME (a storage class) or existing (volumes that are there and free). auto keeps what is installed; else it takes what suits the cluster best, as the command storage shows, and the default class where no cluster is asked.',
  },
  size: {
    flag: 'size',
    type: 'list',
    placeholder: 'CLAIM=SIZE',
    group: 'Installation',
    commands: [...onManifests, 'restore'],
    help: 'How large the volumes of claims are, as in redis-data=2Gi. Without it: as they are, at first as the release says.',
  },
  set: {
    flag: 'set',
    type: 'settings',
    placeholder: 'SERVICE/PATH=VALUE',
    group: 'Installation',
    commands: onRelease,
    help: 'Another value for a setting in Consul, the service by name or short name. May be given many times; in the environment one a line.',
  },
  registry: {
    flag: 'registry',
    type: 'text',
    placeholder: 'HOST/PREFIX',
    rule: registryRule,
    group: 'Installation',
    commands: [...onRelease, 'uninstall'],
    help: 'A mirror from which all images come: edgexfoundry/x becomes HOST/PREFIX/edgexfoundry/x.',
  },
  architecture: {
    flag: 'architecture',
    type: 'choice',
    choices: ['amd64', 'arm64'],
    default: 'amd64',
    group: 'Installation',
    commands: ['render', 'config render'],
    help: 'Of the nodes, since no cluster is asked.',
  },
  shell: {
    flag: 'shell',
    type: 'choice',
    choices: ['bash', 'zsh', 'fish'],
    default: 'bash',
    notInFile: true,
    group: 'Output',
    commands: ['completion'],
    help: 'The shell that the completion is for.',
  },
  pristine: {
    flag: 'pristine',
    type: 'boolean',
    default: false,
    group: 'Installation',
    commands: ['config render'],
    help: "The release's own settings, without what edgex-boot changes.",
  },
  timeoutMs: {
    flag: 'timeout',
    type: 'duration',
    placeholder: 'DURATION',
    default: '15m',
    group: 'Run',
    commands: ['install', ...onArchives, 'uninstall'],
    help: 'How long it may take until every service is ready, or gone, as in 90s, 15m or 1h30m; pulling images extends it.',
  },
  waitClusterMs: {
    flag: 'wait-cluster',
    type: 'duration',
    placeholder: 'DURATION',
    mayBeZero: true,
    group: 'Run',
    commands: ['install'],
    help: 'How long to wait for a cluster that is only just coming up. Without it: 10m where there is no terminal, else not at all.',
  },
  verify: {
    flag: 'verify',
    type: 'boolean',
    default: true,
    group: 'Run',
    commands: ['install'],
    help: 'Wait until events arrive. --no-verify ends when every service is ready.',
  },
  mqtt: {
    flag: 'mqtt',
    type: 'text',
    placeholder: 'URL',
    bare: 'auto',
    rule: brokerRule,
    notInFile: true,
    group: 'Export check',
    commands: ['verify'],
    help: 'Check as well that events come out at an MQTT broker. Without a URL: the one that the export service has, one in the namespace, or one that is started for the check.',
  },
  mqttCheck: {
    flag: 'mqtt-check',
    type: 'text',
    placeholder: 'URL',
    bare: 'auto',
    rule: brokerRule,
    group: 'Export check',
    commands: ['install'],
    help: 'In the end check that events come out at an MQTT broker, as verify --mqtt does.',
  },
  mqttTopic: {
    flag: 'mqtt-topic',
    type: 'text',
    placeholder: 'TOPIC',
    default: 'edgex-handson-topic',
    rule: { pattern: /^(?!\$)[^\s#+\0]{1,200}$/, expected: 'a whole topic, without spaces and wildcards' },
    group: 'Export check',
    commands: onExport,
    help: 'The topic on which events are to come out. Without it an export service that is there keeps its own.',
  },
  mqttUsername: {
    flag: 'mqtt-username',
    type: 'text',
    placeholder: 'NAME',
    group: 'Export check',
    commands: onExport,
    help: "The broker's user.",
  },
  mqttPasswordFile: {
    flag: 'mqtt-password-file',
    type: 'text',
    placeholder: 'FILE',
    group: 'Export check',
    commands: onExport,
    help: "The file with the user's password. Without it: MQTT_PASSWORD in the environment.",
  },
  mqttCa: {
    flag: 'mqtt-ca',
    type: 'text',
    placeholder: 'FILE',
    group: 'Export check',
    commands: onExport,
    help: "The certificate of the authority that signed the broker's, in PEM. Without it: the authorities of the system.",
  },
  mqttCert: {
    flag: 'mqtt-cert',
    type: 'text',
    placeholder: 'FILE',
    group: 'Export check',
    commands: onExport,
    help: 'A client certificate for the broker, in PEM.',
  },
  mqttKey: {
    flag: 'mqtt-key',
    type: 'text',
    placeholder: 'FILE',
    group: 'Export check',
    commands: onExport,
    help: 'The key of the client certificate, in PEM.',
  },
  keep: {
    flag: 'keep',
    type: 'boolean',
    default: false,
    flagOnly: true,
    group: 'Export check',
    commands: onExport,
    help: 'Leave what was started for the check, broker and export service, instead of taking it away again.',
  },
  forceConflicts: {
    flag: 'force-conflicts',
    type: 'boolean',
    default: false,
    group: 'Run',
    commands: onCluster,
    help: 'Take over fields of our objects that somebody else manages.',
  },
  purgeData: {
    flag: 'purge-data',
    type: 'boolean',
    default: false,
    flagOnly: true,
    group: 'Run',
    commands: ['uninstall'],
    help: 'Delete the data as well, for good: claims, volumes, and what is in them. Asks first.',
  },
  yes: {
    flag: 'yes',
    type: 'boolean',
    default: false,
    flagOnly: true,
    group: 'Run',
    commands: ['uninstall'],
    help: 'Delete the data without asking.',
  },
  overwrite: {
    flag: 'overwrite',
    type: 'boolean',
    default: false,
    flagOnly: true,
    group: 'Run',
    commands: ['restore'],
    help: 'Replace what the volumes hold now. Without it a volume that is not empty is refused.',
  },
  only: {
    flag: 'only',
    type: 'list',
    placeholder: 'LIST',
    notInFile: true,
    group: 'Run',
    commands: ['verify'],
    help: 'Only these checks, by code or category; docs/checks.md lists them.',
  },
  skip: {
    flag: 'skip',
    type: 'list',
    placeholder: 'LIST',
    group: 'Run',
    commands: ['verify'],
    help: 'All checks but these, by code or category.',
  },
  pre: {
    flag: 'pre',
    type: 'boolean',
    default: false,
    notInFile: true,
    group: 'Run',
    commands: ['verify'],
    help: 'Before an installation: what can be told of machine and cluster, and whether it would fit.',
  },
  windowMs: {
    flag: 'window',
    type: 'duration',
    placeholder: 'DURATION',
    default: '10s',
    group: 'Run',
    commands: ['verify'],
    help: 'How long to watch for events; three times as long while none comes.',
  },
  waitMs: {
    flag: 'wait',
    type: 'duration',
    placeholder: 'DURATION',
    notInFile: true,
    group: 'Run',
    commands: ['verify'],
    help: 'Repeat the checks that fail and may yet pass, for so long.',
  },
  watch: {
    flag: 'watch',
    type: 'boolean',
    default: false,
    notInFile: true,
    group: 'Run',
    commands: ['verify'],
    help: 'Verify again and again until it is stopped, and tell what changes.',
  },
  strict: {
    flag: 'strict',
    type: 'boolean',
    default: false,
    group: 'Run',
    commands: ['verify'],
    help: 'Warnings count as failures.',
  },
  report: {
    flag: 'report',
    type: 'list',
    placeholder: 'FILE',
    notInFile: true,
    group: 'Output',
    commands: ['verify'],
    help: 'Write the result into files, too, in the form of their endings: .html, .xml (JUnit), .json or .txt (short).',
  },
  withK3s: {
    flag: 'with-k3s',
    type: 'text',
    placeholder: 'SOURCE',
    rule: k3sRule,
    group: 'Installation',
    commands: ['install', 'cloud-init'],
    help: 'Installs k3s first where there is no cluster: the path of the k3s program or of its installer, or a URL with #sha256=DIGEST.',
  },
  binaryUrl: {
    flag: 'binary-url',
    type: 'text',
    placeholder: 'URL',
    rule: urlRule,
    notInFile: true,
    group: 'Installation',
    commands: ['cloud-init'],
    help: 'Where the nodes get this program. Without it, it is on their image as /usr/local/bin/edgex-boot.',
  },
  binarySha256: {
    flag: 'binary-sha256',
    type: 'text',
    placeholder: 'DIGEST',
    rule: sha256Rule,
    notInFile: true,
    group: 'Installation',
    commands: ['cloud-init'],
    help: 'Its SHA-256.',
  },
  webhook: {
    flag: 'webhook',
    type: 'text',
    placeholder: 'URL',
    rule: urlRule,
    notInFile: true,
    group: 'Output',
    commands: ['cloud-init'],
    help: 'Gets the result of each run on a node, as JSON by POST; the unit calls it, not this program.',
  },
  result: {
    flag: 'result',
    type: 'text',
    placeholder: 'FILE',
    group: 'Output',
    commands: ['install'],
    help: 'Keeps how the run ended in a file, as JSON, for whoever looks later.',
  },
  output: {
    flag: 'output',
    type: 'choice',
    choices: ['auto', 'text', 'json', 'short', 'junit', 'html'],
    choicesOf: { short: ['verify'], junit: ['verify'], html: ['verify'] },
    default: 'auto',
    group: 'Output',
    commands: commandNames,
    help: 'text: a line for each change. json: one document a line, results as JSON. auto: a live view on a terminal, text elsewhere.',
  },
  color: {
    flag: 'color',
    type: 'choice',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    convention: { variable: 'NO_COLOR', value: 'never' },
    group: 'Output',
    commands: commandNames,
    help: 'Colours; auto has them on a terminal only.',
  },
  help: {
    flag: 'help',
    short: 'h',
    type: 'boolean',
    default: false,
    flagOnly: true,
    group: 'Output',
    commands: commandNames,
    help: 'Show the options of a command, and nothing else.',
  },
  version: {
    flag: 'version',
    type: 'boolean',
    default: false,
    flagOnly: true,
    group: 'Output',
    commands: commandNames,
    help: 'Show the version, and nothing else.',
  },
} as const satisfies Readonly<Record<string, OptionRow>>;

export type OptionKey = keyof typeof table;

type ValueOf<R> = R extends { readonly type: 'boolean' }
  ? boolean
  : R extends { readonly type: 'duration' }
    ? R extends { readonly default: string }
      ? number
      : number | undefined
    : R extends { readonly type: 'list' }
      ? readonly string[]
      : R extends { readonly type: 'settings' }
        ? Overrides
        : R extends { readonly type: 'choice'; readonly choices: readonly (infer Word)[] }
          ? Word
          : R extends { readonly default: string }
            ? string
            : string | undefined;

/** The value of each option, by its key in the table. */
export type OptionValues = { readonly [Key in OptionKey]: ValueOf<(typeof table)[Key]> };

/** The table's rows with their keys, in its order. */
export const optionRows = Object.entries(table) as readonly (readonly [OptionKey, OptionRow])[];

/** `--force-conflicts` in the environment: `EDGEX_BOOT_FORCE_CONFLICTS`. Undefined for an option that has none. */
export function environmentName({ flag, flagOnly }: OptionRow): string | undefined {
  return flagOnly ? undefined : `${environmentPrefix}${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** `--force-conflicts` in a site file: `forceConflicts`. Undefined for an option that has no place there. */
export function fileKey({ flag, flagOnly, notInFile }: OptionRow): string | undefined {
  if (flagOnly || notInFile) return undefined;
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What every environment name of this program begins with; no other name may. */
export const environmentPrefix = 'EDGEX_BOOT_';

/** The row of an option as a command has it: with the choices that are for this command. */
export function rowFor(row: OptionRow, command: CommandName): OptionRow {
  if (row.type !== 'choice' || !row.choicesOf) return row;
  const { choices, choicesOf } = row;
  return { ...row, choices: choices.filter((word) => choicesOf[word]?.includes(command) ?? true) };
}

/** True when a command takes an option. What shows the options takes all that a site file can hold. */
export function takes(command: CommandName, row: OptionRow): boolean {
  return row.commands.includes(command) || (command === 'config show' && fileKey(row) !== undefined);
}
