import { resolve } from 'node:path';
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
}

const accountRoot = '/var/run/secrets/kubernetes.io/serviceaccount';
const accountSource = "the pod's service account";
const rootHint = 'Run this as root, with sudo: the kubeconfig of an administrator is for root alone.';

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
  for (const place of [...personalPlaces(wish, machine), 'account' as const, ...nodePlaces(distributions)]) {
    const found = place === 'account' ? readAccount(machine, tried) : readPlace(place, machine, tried);
    if (found) return selectContext(found, wish.context);
  }
  throw new BootError({
    exit: 'cluster',
    object: 'kubeconfig',
    cause: 'no kubeconfig was found',
    evidence: tried,
    hint: tried.some((line) => line.endsWith(hidden))
      ? rootHint
      : 'Name one with --kubeconfig FILE, or run this on a server node of the cluster.',
  });
}

const missing = 'not there';
const hidden = 'this user may not look there';

function personalPlaces({ path }: KubeconfigWish, { env, passwdHome }: Machine): readonly Place[] {
  if (path !== undefined) return [{ source: `--kubeconfig ${path}`, files: [resolve(path)], isNamed: true }];
  const listed = env.KUBECONFIG?.split(':').filter((file) => file !== '') ?? [];
  if (listed.length > 0) {
    const files = listed.map((file) => resolve(file));
    return [{ source: `KUBECONFIG=${env.KUBECONFIG}`, files, isNamed: true }];
  }
  const home = env.HOME || passwdHome();
  if (!home) return [];
  const own = `${home}/.kube/config`;
  return [{ source: own, files: [own], isNamed: false }];
}

function nodePlaces(distributions: readonly Distribution[]): readonly Place[] {
  return distributions
    .flatMap(({ kubeconfig }) => kubeconfig ?? [])
    .map((path) => ({ source: path, files: [path], isNamed: false }));
}

/** The files of a place that are there, merged; undefined when none is. Of a list some may be missing. */
function readPlace({ source, files, isNamed }: Place, machine: Machine, tried: string[]): KubeconfigFile | undefined {
  const found: KubeconfigFile[] = [];
  for (const path of files) {
    const text = readFile(path, machine);
    if (text === missing || text === hidden) tried.push(`${path}: ${text}`);
    else found.push(parseKubeconfig(text.content, path));
  }
  if (found.length > 0) return mergeKubeconfigs(found, source);
  if (!isNamed) return undefined;
  throw new BootError({
    exit: 'cluster',
    object: source,
    cause: files.length === 1 ? 'the file is not there' : 'none of the files is there',
    ...(tried.some((line) => line.endsWith(hidden))
      ? { evidence: tried, hint: rootHint }
      : { hint: 'Correct the path.' }),
  });
}

function readFile(path: string, machine: Machine): typeof missing | typeof hidden | { readonly content: string } {
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
      cause: isDenied ? 'the kubeconfig is there, but this user may not read it' : `can't be read (${code})`,
      hint: isDenied ? rootHint : 'Name a file with --kubeconfig.',
    });
  }
}

/** What Kubernetes puts into every pod whose service account is mounted. */
function readAccount({ env, exists }: Machine, tried: string[]): KubeconfigFile | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port || !exists(`${accountRoot}/token`)) {
    tried.push(`${accountSource}: not in a pod`);
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
