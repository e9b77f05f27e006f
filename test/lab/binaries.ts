import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { hostIp } from './addresses.ts';
import { cached, keyOf, keyOfFiles } from './cache.ts';
import { nfsDir } from './places.ts';
import { run } from './run.ts';

const kubernetesVersion = 'v1.34.4';

/** The names under which the one program answers; see cluster/main.go. */
const applets = [
  ...['coredns', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-proxy', 'kube-scheduler'],
  ...['kubectl', 'kubelet'],
];

const goEnv = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '', GOWORK: 'off' };

/** Without these, kubelet registers a node of version v0.0.0-master, and kubectl complains about the difference. */
const versionFlags = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
  .flatMap((where) => [
    `-X ${where}.gitVersion=${kubernetesVersion}`,
    ...[`-X ${where}.gitMajor=1`, `-X ${where}.gitMinor=${kubernetesVersion.split('.')[1]}`],
    ...[`-X ${where}.gitTreeState=clean`, `-X ${where}.gitCommit=${'0'.repeat(40)}`],
    `-X ${where}.buildDate=2026-01-01T00:00:00Z`,
  ])
  .join(' ');

const builds = [
  { name: 'cluster', flags: ['-tags', 'selinux,notest,grpcnotrace', '-ldflags', `-s -w ${versionFlags}`] },
  { name: 'pause', flags: ['-ldflags', '-s -w'] },
];

/**
 * Builds Kubernetes and the pause program from source: about 9 minutes on 2 cores the very first time, seconds when
 * Go's build cache is warm, nothing when neither the sources nor Go changed.
 * @returns the directory with the programs, each under its own name
 */
export async function goPrograms(log: (line: string) => void): Promise<string> {
  const goVersion = await run(['go', 'version']);
  const sources = await Promise.all(builds.map(({ name }) => sourcesOf(name)));
  const key = keyOf(goVersion, JSON.stringify([builds, applets]), await keyOfFiles(sources.flat()));
  return cached('go', key, async (dir) => {
    log('building Kubernetes from source (the first time about 9 minutes)');
    for (const { name, flags } of builds) await build(name, flags, join(dir, name));
    for (const applet of applets) await symlink('cluster', join(dir, applet));
  });
}

const nfsFlags = ['-ldflags', `-s -w -X main.exports=${nfsDir} -X main.server=${hostIp}`];

/**
 * Builds the nodes' `mount.nfs`: half a minute the very first time. Not with {@link goPrograms}: a change in it would
 * link Kubernetes anew.
 * @returns the directory that it is in
 */
export async function nfsProgram(): Promise<string> {
  const key = keyOf(await run(['go', 'version']), ...nfsFlags, await keyOfFiles(await sourcesOf('nfs')));
  return cached('nfs', key, (dir) => build('nfs', nfsFlags, join(dir, 'mount.nfs')));
}

async function build(name: string, flags: readonly string[], program: string): Promise<void> {
  const command = ['go', 'build', '-buildvcs=false', '-trimpath', ...flags, '-o', program, '.'];
  await run(command, { cwd: join(import.meta.dirname, name), env: goEnv });
}

async function sourcesOf(name: string): Promise<readonly string[]> {
  const dir = join(import.meta.dirname, name);
  return (await readdir(dir)).sort().map((file) => join(dir, file));
}
