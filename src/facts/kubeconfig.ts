import { join, resolve } from 'node:path';
import { BootError } from '../base/errors.ts';
import type { Kubeconfig } from '../kube/types.ts';
import type { Distribution } from './distributions.ts';
import { type KubeconfigFile, mergeKubeconfigs, parseKubeconfig, selectContext } from './kubeconfig-file.ts';
import type { Machine } from './machine.ts';

/**
 * Looks for a kubeconfig: what the command line names, what KUBECONFIG names, the user's own, the pod's service account,
 * then where distributions keep the administrator's. The first place that has one is taken, and said. What was named
 * must be there; and one that is there but can't be read or used is an error, not a reason to take the next and
 * surprise somebody with another cluster.
 */

export interface KubeconfigWish {
  /** `--kubeconfig` */
  readonly path?: string;
  /** `--context` */
  readonly context?: string;
}

interface Place {
  /** As messages name it. */
  readonly source: string;
  readonly files: readonly string[];
  /** Somebody named it, so it must be there. */
  readonly isNamed: boolean;
  /** What to do when this user may not read it. */
  readonly deniedHint: string;
}

const accountRoot = '/var/run/secrets/kubernetes.io/serviceaccount';
const accountSource = "the pod's service account";
const rootHint = 'Run this as root, with sudo: the kubeconfig of an administrator is for root alone.';
const ownHint = 'Make the file yours with chown, readable for nobody else, or run this as its owner.';

const missing = 'not there';
const hidden = 'this user may not look there';

/**
 * Finds the kubeconfig to use. Sends nothing: whether the cluster answers is another question.
 * @throws BootError `cluster` when there is none, or none that can be used; `usage` for a context that isn't there.
 */
export function findKubeconfig(
  wish: KubeconfigWish,
  machine: Machine,
  distributions: readonly Distribution[],
): Kubeconfig {
  const tried: string[] = [];
  const personal = personalPlace(wish, machine, tried);
  const found =
    (personal && readPlace(personal, machine, tried)) ??
    readAccount(machine, tried) ??
    readNode(distributions, machine, tried);
  if (found) return selectContext(found, wish.context);
  throw new BootError({
    exit: 'cluster',
    object: 'kubeconfig',
    cause: 'no kubeconfig was found',
    evidence: tried,
    hint: tried.some(isHidden)
      ? rootHint
      : 'Name one with --kubeconfig FILE, run this on a server node of the cluster, or let `install --with-k3s SOURCE` make a cluster of this machine.',
  });
}

/** Where the user has it: whatever is named hides the rest. */
function personalPlace({ path }: KubeconfigWish, machine: Machine, tried: string[]): Place | undefined {
  const { env, passwdHome } = machine;
  if (path !== undefined) return namedPlace(`--kubeconfig ${path}`, [path]);
  const listed = env.KUBECONFIG?.split(':').filter((file) => file !== '') ?? [];
  if (listed.length > 0) return namedPlace(`KUBECONFIG=${env.KUBECONFIG}`, listed);
  tried.push('KUBECONFIG: not set');
  const home = env.HOME || passwdHome();
  if (!home) {
    tried.push('~/.kube/config: this user has no home directory');
    return undefined;
  }
  const own = join(home, '.kube/config');
  return { source: own, files: [own], isNamed: false, deniedHint: ownHint };
}

function namedPlace(source: string, files: readonly string[]): Place {
  return { source, files: files.map((file) => resolve(file)), isNamed: true, deniedHint: rootHint };
}

function readNode(
  distributions: readonly Distribution[],
  machine: Machine,
  tried: string[],
): KubeconfigFile | undefined {
  for (const { kubeconfig: path } of distributions) {
    if (path === undefined) continue;
    const place = { source: path, files: [path], isNamed: false, deniedHint: rootHint };
    const found = readPlace(place, machine, tried);
    if (found) return found;
  }
  return undefined;
}

/** The files of a place that are there, merged; undefined when none is. Of a list some may be missing. */
function readPlace(place: Place, machine: Machine, tried: string[]): KubeconfigFile | undefined {
  const { source, files, isNamed } = place;
  const absent: string[] = [];
  const found: KubeconfigFile[] = [];
  for (const path of files) {
    const text = readFile(path, machine, place);
    if (typeof text === 'string') absent.push(`${path}: ${text}`);
    else found.push(parseKubeconfig(text.content, path));
  }
  if (found.length > 0) return mergeKubeconfigs(found, source);
  tried.push(...absent);
  if (!isNamed) return undefined;
  const isDenied = absent.some(isHidden);
  throw new BootError({
    exit: 'cluster',
    object: source,
    cause: files.length > 1 ? 'none of the files is there' : isDenied ? hidden : 'the file is not there',
    ...(files.length > 1 ? { evidence: absent } : {}),
    hint: isDenied ? rootHint : 'Correct the path.',
  });
}

function isHidden(line: string): boolean {
  return line.endsWith(hidden);
}

function readFile(
  path: string,
  machine: Machine,
  { deniedHint }: Place,
): typeof missing | typeof hidden | { readonly content: string } {
  try {
    return { content: machine.read(path) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return missing;
    const isDenied = code === 'EACCES' || code === 'EPERM';
    if (isDenied && !machine.exists(path)) return hidden;
    throw new BootError({
      exit: 'cluster',
      object: path,
      cause: isDenied
        ? 'the kubeconfig is there, but this user may not read it'
        : code === 'EISDIR'
          ? 'this is a directory, not a kubeconfig'
          : `the kubeconfig is there, but can't be read (${code})`,
      hint: isDenied ? deniedHint : 'Name a file with --kubeconfig.',
      isLasting: true,
    });
  }
}

/** What Kubernetes puts into every pod whose service account is mounted. */
function readAccount({ env, exists }: Machine, tried: string[]): KubeconfigFile | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) {
    tried.push(`${accountSource}: not in a pod`);
    return undefined;
  }
  if (!exists(`${accountRoot}/token`)) {
    tried.push(`${accountSource}: the pod has none mounted`);
    return undefined;
  }
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const name = 'in-cluster';
  return {
    source: accountSource,
    currentContext: name,
    clusters: [{ name, cluster: { server, 'certificate-authority': `${accountRoot}/ca.crt` } }],
    users: [{ name, user: { tokenFile: `${accountRoot}/token` } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}
