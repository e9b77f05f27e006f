import { stringify } from 'yaml';
import { version } from '../base/version.ts';

/**
 * User-data for a node that nobody sets up by hand. All work is done by a systemd unit, not by cloud-init itself: what
 * cloud-init runs it runs once, and a power cut in the middle would be the end of it.
 */

export interface CloudInitWish {
  /** The text of the site file, if there is one. */
  readonly site?: string;
  /** Files that the site file names, by their paths on the node. */
  readonly files: Readonly<Record<string, string>>;
  /** Where the program comes from; without it, it is on the image. */
  readonly binary?: Download;
  /** As `--with-k3s` takes it. */
  readonly k3s?: string;
  /** Gets the result of each run as JSON. */
  readonly webhook?: string;
}

export interface Download {
  readonly url: string;
  readonly sha256: string;
}

export const programPath = '/usr/local/bin/edgex-boot';
export const sitePath = '/etc/edgex-boot/site.yaml';
export const resultPath = '/var/lib/edgex-boot/result.json';
const fetchPath = '/usr/local/lib/edgex-boot/fetch';
const postPath = '/usr/local/lib/edgex-boot/post';
/** How long systemd lets what comes after a run take, and how much of it the webhook gets. */
const stopSeconds = 15;
const postSeconds = 12;
const unitName = 'edgex-boot.service';
const unitPath = `/etc/systemd/system/${unitName}`;
/** There once the files are on the disk and the unit is enabled. */
const donePath = '/var/lib/edgex-boot/provisioned';
/** Where cloud-init keeps that it has done what this document asks for. */
const onceNotes = ['write_files', 'runcmd', 'scripts_user'].map((name) => `/var/lib/cloud/instance/sem/config_${name}`);

/** The user-data document. */
export function renderCloudInit(wish: CloudInitWish): string {
  const { site, files, binary, webhook } = wish;
  const writeFiles = [
    ...(site === undefined ? [] : [fileOf(sitePath, site, '0600')]),
    ...Object.entries(files).map(([path, content]) => fileOf(path, content, '0600')),
    ...(binary ? [fileOf(fetchPath, fetchScript(binary), '0755')] : []),
    // Its address may hold a token.
    ...(webhook === undefined ? [] : [fileOf(postPath, postScript(webhook), '0700')]),
    fileOf(unitPath, renderUnit(wish), '0644'),
  ];
  const document = {
    // At every boot, before anything else. cloud-init notes what it does once before it does it: after a power cut in
    // the middle it would never come back to it, and the files may be empty.
    bootcmd: [['sh', '-c', `test -e ${donePath} || rm -f ${onceNotes.join(' ')}`]],
    write_files: writeFiles,
    runcmd: [
      ['sync'],
      ['systemctl', 'enable', '--now', '--no-block', unitName],
      ['install', '-D', '/dev/null', donePath],
    ],
  };
  return `#cloud-config\n# Made by edgex-boot ${version}.\n${stringify(document, { lineWidth: 0 })}`;
}

/**
 * The unit: after the network and k3s, again and again until it has ended well, at each boot anew, since a run on a
 * healthy system changes nothing. Wrong options never become right by themselves, so with these it stops. The pause
 * doesn't grow: RestartSteps= is unknown to systemd before 254, Debian 12's among them, which complains of it at each
 * load; and a run waits for the cluster itself, ever more gently, so that it is seldom over soon. A result is always that
 * of the newest run, also where that is killed before it has one.
 */
export function renderUnit({ site, binary, k3s, webhook }: Omit<CloudInitWish, 'files'>): string {
  const install = [
    programPath,
    'install',
    ...(site === undefined ? [] : ['--config', sitePath]),
    ...(k3s === undefined ? [] : ['--with-k3s', k3s]),
    // Nobody waits, and the API server shares its board with everything else.
    '--throttle',
    ...['--result', resultPath, '--output', 'text', '--color', 'never'],
  ];
  return `[Unit]
Description=EdgeX Foundry on this node
Wants=network-online.target
After=network-online.target k3s.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
StateDirectory=edgex-boot
ExecStartPre=-/bin/rm -f ${resultPath}
${binary ? `ExecStartPre=+${fetchPath}\n` : ''}ExecStart=${install.map(quoted).join(' ')}
${webhook === undefined ? '' : `ExecStopPost=-${postPath}\n`}Restart=on-failure
RestartSec=30s
RestartPreventExitStatus=2
TimeoutStartSec=infinity
TimeoutStopSec=${stopSeconds}s
PrivateTmp=yes
NoNewPrivileges=yes
${k3s === undefined ? 'ProtectSystem=strict\nProtectHome=read-only\n' : ''}
[Install]
WantedBy=multi-user.target
`;
}

/**
 * Gets the program unless it is there already; what isn't exactly what was meant never gets its name. The unit runs it
 * outside of its own read-only view of the system, where the program's place is.
 */
function fetchScript({ url, sha256 }: Download): string {
  return `#!/bin/sh
set -eu
target=${programPath}
url=${shellQuoted(url)}
is_whole() { echo "${sha256}  $1" | sha256sum --check --status 2>/dev/null; }
if [ -x "$target" ] && is_whole "$target"; then exit 0; fi
partial="$target.partial"
if command -v curl >/dev/null; then
  curl --fail --silent --show-error --location --connect-timeout 30 --speed-limit 1 --speed-time 60 --retry 5 \
    --output "$partial" "$url"
else
  wget --quiet --timeout=60 --tries=5 --output-document="$partial" "$url"
fi
if ! is_whole "$partial"; then
  rm -f "$partial"
  echo "edgex-boot: what $url gives has another SHA-256 than ${sha256}" >&2
  exit 1
fi
chmod 0755 "$partial"
mv "$partial" "$target"
`;
}

/**
 * Posts the result, if the run came to one. A webhook that doesn't answer must not make the run a failure, which systemd
 * would begin anew: all tries together end well before systemd loses patience.
 */
function postScript(url: string): string {
  return `#!/bin/sh
result=${resultPath}
url=${shellQuoted(url)}
header='Content-Type: application/json'
if [ ! -s "$result" ]; then exit 0; fi
if command -v curl >/dev/null; then
  exec timeout ${postSeconds} curl --silent --show-error --fail --max-time 10 --retry 3 --retry-max-time 9 \
    --header "$header" --data-binary "@$result" --output /dev/null "$url"
fi
exec timeout ${postSeconds} wget --quiet --timeout=10 --tries=1 \
  --header="$header" --post-file="$result" --output-document=/dev/null "$url"
`;
}

function fileOf(path: string, content: string, permissions: string): object {
  return { path, permissions, owner: 'root:root', content };
}

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** As systemd reads command lines: its own signs are doubled. */
function quoted(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[-\w./:=@%+,$]+$/.test(escaped) ? escaped : `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
