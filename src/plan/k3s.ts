/** How k3s gets onto a machine that has no cluster: what to write and to run, from what was found. Pure. */

export const k3sPath = '/usr/local/bin/k3s';
const configPath = '/etc/rancher/k3s/config.yaml';
const unitPath = '/etc/systemd/system/k3s.service';
const imagesDir = '/var/lib/rancher/k3s/agent/images';
/** Archives that k3s imports when it starts. */
const archive = /\.(tar|tar\.gz|tar\.zst)$/;

/** What a source turned out to be: the program itself, or the script that installs it. */
export type K3sKind = 'program' | 'installer';

export interface K3sFound {
  /** The file that was named, or what was loaded from a URL. */
  readonly path: string;
  readonly kind: K3sKind;
  /** The names of the files beside it; none for one that was loaded. */
  readonly beside: readonly string[];
  /** The program stood at its place before anything was done. */
  readonly isPlaced: boolean;
  readonly hasConfig: boolean;
  /** The site wants an Ingress, which is traefik's work in k3s. */
  readonly wantsIngress: boolean;
  /** Of this process. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type K3sStep =
  | { readonly kind: 'write'; readonly path: string; readonly content: string; readonly mode: number }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string; readonly mode: number }
  | { readonly kind: 'run'; readonly argv: readonly string[]; readonly env?: Readonly<Record<string, string>> };

/**
 * The steps, each of which may be done again: an interrupted installation is simply begun anew. A configuration that is
 * there stays as it is.
 */
export function planK3s(found: K3sFound): readonly K3sStep[] {
  const { path, kind, beside, isPlaced, hasConfig, wantsIngress, env } = found;
  const directory = path.slice(0, path.lastIndexOf('/'));
  const images = beside
    .filter((name) => archive.test(name))
    .map((name): K3sStep => ({ kind: 'copy', from: `${directory}/${name}`, to: `${imagesDir}/${name}`, mode: 0o644 }));
  const config: readonly K3sStep[] = hasConfig
    ? []
    : [{ kind: 'write', path: configPath, content: configuration(wantsIngress), mode: 0o600 }];
  if (kind === 'installer') {
    const isBeside = beside.includes('k3s');
    const offline = isBeside || isPlaced ? { INSTALL_K3S_SKIP_DOWNLOAD: 'true' } : {};
    return [
      ...config,
      ...images,
      ...(isBeside ? [copyOf(`${directory}/k3s`)] : []),
      // What somebody says himself counts.
      { kind: 'run', argv: ['/bin/sh', path], env: { ...offline, ...installerVariables(env) } },
    ];
  }
  return [
    ...config,
    ...images,
    copyOf(path),
    { kind: 'write', path: unitPath, content: unit, mode: 0o644 },
    { kind: 'run', argv: ['systemctl', 'daemon-reload'] },
    { kind: 'run', argv: ['systemctl', 'enable', 'k3s.service'] },
    // k3s tells systemd late that it is up; the cluster is waited for anyway.
    { kind: 'run', argv: ['systemctl', 'start', '--no-block', 'k3s.service'] },
  ];
}

/** The installer's own variables, k3s's and those of a proxy; a version is pinned with them. */
const installerVariable = /^(INSTALL_K3S_|K3S_)|^(HTTP_PROXY|HTTPS_PROXY|NO_PROXY|http_proxy|https_proxy|no_proxy)$/;

function installerVariables(env: K3sFound['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value && installerVariable.test(name) ? [[name, value]] : [])),
  );
}

function copyOf(from: string): K3sStep {
  return { kind: 'copy', from, to: k3sPath, mode: 0o755 };
}

/** What fits a small board: nothing that EdgeX doesn't use. */
function configuration(wantsIngress: boolean): string {
  const disabled = [...(wantsIngress ? [] : ['traefik']), 'metrics-server'];
  return [
    'write-kubeconfig-mode: "0600"',
    `disable: [${disabled.join(', ')}]`,
    '# An SD card wears out by what is written to it.',
    'kubelet-arg: ["container-log-max-size=5Mi", "container-log-max-files=2"]',
    '',
  ].join('\n');
}

/** The settings that Kubernetes' own programs need of systemd: its cgroups delegated, its pods left alone at a restart. */
const unit = `[Unit]
Description=Lightweight Kubernetes
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStart=${k3sPath} server
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s

[Install]
WantedBy=multi-user.target
`;
