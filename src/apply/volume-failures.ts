import { BootError } from '../base/errors.ts';
import { formatRef, type Pod } from '../base/kube-types.ts';
import { formatBytes } from '../base/quantity.ts';
import { ownerFile, parseTroubles, type VolumeTrouble } from './volume-scripts.ts';

/** From what the pods that prepare volumes have told to one cause, with what to do about it. */

/** A volume that was tried, with the user that its service runs as. */
export interface TriedVolume {
  readonly claim: string;
  /** `/var/lib/edgex/edgex/log-data`; absent where a provisioner or somebody else knows it. */
  readonly path?: string;
  readonly uid: number;
  readonly gid: number;
}

export interface TriedPlace {
  /** `/var/lib/edgex on node gateway`, `nas:/export`, `class fast`. */
  readonly text: string;
  /** The file server, of NFS volumes. */
  readonly server?: string;
  readonly node: string;
  readonly volumes: readonly TriedVolume[];
}

interface Finding {
  readonly claim: string;
  readonly cause: string;
  readonly hint: string;
  /** What the hint ends with, of this volume alone. */
  readonly command?: string;
}

/** What all containers of a pod have told. */
export function troublesOf({ status }: Pod): readonly VolumeTrouble[] {
  return (status.containerStatuses ?? []).flatMap(({ state }) => parseTroubles(state?.terminated?.message ?? ''));
}

/**
 * The error that ends an installation whose volumes are of no use.
 * @param troubles with at least one that counts by itself; without any, something unknown went wrong
 */
export function describeTroubles(troubles: readonly VolumeTrouble[], place: TriedPlace): BootError {
  const findings = findingsOf(troubles, place);
  const claims = [...new Set(findings.map(({ claim }) => claim))].filter((claim) => claim !== wholePlace);
  const causes = [...new Set(findings.map(({ cause }) => cause))];
  const evidence = troubles
    .filter(({ claim }) => claim !== wholePlace)
    .map(({ claim, step, words }) => `${claim}: ${step}: ${words || otherWords}`);
  return new BootError({
    exit: 'rollout',
    object: subject(claims, place),
    cause: causes.join('; ') || 'its volumes could not be tried',
    ...(evidence.length > 0 ? { evidence } : {}),
    hint: joinHints(findings) || 'Look at the node, and run this again.',
  });
}

/** What is to be known of directories that could not be given to the users of their services, and do even so. */
export function describeOpen(
  troubles: readonly VolumeTrouble[],
  { text, volumes }: TriedPlace,
): { readonly object: string; readonly message: string; readonly hint: string } | undefined {
  const open = volumes.filter(({ claim }) => troubles.some((each) => each.claim === claim && each.step === 'own'));
  if (open.length === 0) return undefined;
  const commands = open.map(({ path = '', uid, gid }) => `chown ${uid}:${gid} ${path} && chmod ${closedMode} ${path}`);
  return {
    object: text,
    message: `the directories of ${open.map(({ claim }) => claim).join(', ')} can't be given to their services' users, so every user of the machines may write in them`,
    hint: `Where the data are: ${commands.join(' && ')}`,
  };
}

const closedMode = '0770';

function joinHints(findings: readonly Finding[]): string {
  const byHint = Map.groupBy(findings, ({ hint }) => hint);
  return [...byHint]
    .map(([hint, each]) => [hint, each.flatMap(({ command }) => command ?? []).join(' && ')].join(' ').trim())
    .join(' ');
}

const wholePlace = '*';
/** When a file can be read, and is another. */
const otherWords = 'what was read is not what was written';

function subject(claims: readonly string[], place: TriedPlace): string {
  const [first, ...others] = claims;
  if (first === undefined) return place.text;
  return others.length === 0
    ? formatRef({ kind: 'PersistentVolumeClaim', name: first })
    : `volumes ${claims.join(', ')}`;
}

/** The first trouble of each claim counts; that it couldn't be given to its owner only explains another one. */
function findingsOf(troubles: readonly VolumeTrouble[], place: TriedPlace): readonly Finding[] {
  const byClaim = Map.groupBy(troubles, ({ claim }) => claim);
  return [...byClaim.values()].flatMap((each) => {
    const decisive = each.find(({ step }) => step !== 'own');
    if (!decisive) return [];
    const isUnowned = each.some(({ step }) => step === 'own');
    return [{ claim: decisive.claim, ...findingOf(decisive, isUnowned, place) }];
  });
}

function findingOf(trouble: VolumeTrouble, isUnowned: boolean, place: TriedPlace): Omit<Finding, 'claim'> {
  const { step, words } = trouble;
  if (step === 'space') return shortOfSpace(words, place);
  if (step === 'taken') return takenBy(words, place);
  if (step === 'find' && /no such file/i.test(words)) return notFound(trouble, place);
  if (/no space left|quota exceeded/i.test(words)) {
    return {
      cause: `the disk is full: nothing can be written in ${place.text}`,
      hint: place.server ? `Make room on ${place.server}.` : `Make room there; on node ${place.node}: df -h`,
    };
  }
  if (/read-only file system/i.test(words)) return readOnly(place);
  if (/stale/i.test(words)) {
    return {
      cause: `${place.text} is not what the node has mounted any more: ${words}`,
      hint: `Look at what ${place.server ?? 'the file server'} exports, and unmount the old one on node ${place.node}.`,
    };
  }
  if (/input\/output error/i.test(words)) {
    return { cause: `${place.text} fails: ${words}`, hint: `Look at its disk; on node ${place.node}: dmesg` };
  }
  if (/permission denied|operation not permitted/i.test(words)) return denied(trouble, isUnowned, place);
  return {
    cause: `${place.text} can't be used: ${step}: ${words || otherWords}`,
    hint: 'Look at the file system, or choose another --storage.',
  };
}

const kibibyte = 1024;

function shortOfSpace(words: string, { server, node, volumes }: TriedPlace): Omit<Finding, 'claim'> {
  const [free = 0, needed = 0] = words.split(' ').map((each) => Number(each) * kibibyte);
  const names = volumes.map(({ claim }) => claim).join(', ');
  return {
    cause: `it has ${formatBytes(free)} free, and the volumes that are missing there take ${formatBytes(needed)}; none was made`,
    hint: `Make room on ${server ?? `node ${node}`}, choose another --storage, or ask for less with --size CLAIM=QUANTITY (claims: ${names}).`,
  };
}

function takenBy(clusterId: string, { text, node, volumes }: TriedPlace): Omit<Finding, 'claim'> {
  const [{ path = '' } = {}] = volumes;
  const home = path.slice(0, path.lastIndexOf('/'));
  return {
    cause: `another cluster (${clusterId}) has its data in ${text}, in ${home}`,
    hint: `Take another --namespace or another export. Where that cluster is gone for good and this one is to have its data, delete ${home}/${ownerFile} there, or from node ${node}.`,
  };
}

function notFound({ claim }: VolumeTrouble, { text, server, node, volumes }: TriedPlace): Omit<Finding, 'claim'> {
  const path = volumes.find((each) => each.claim === claim)?.path ?? text;
  return {
    cause: `the directory of a volume that was in use is missing: ${path}`,
    hint: `Is everything mounted on ${server ?? `node ${node}`}? With the directories back, run this again. To give the data up: \`uninstall --purge-data\`, then install anew.`,
  };
}

function readOnly({ text, server, node }: TriedPlace): Omit<Finding, 'claim'> {
  return {
    cause: `${text} is read-only`,
    hint: server
      ? `Export it for writing on ${server}: rw in /etc/exports, then exportfs -ra.`
      : `Mount it for writing on node ${node}; a file system with errors becomes read-only, then dmesg tells of them.`,
  };
}

function denied(
  { claim, step }: VolumeTrouble,
  isUnowned: boolean,
  { text, server, node, volumes }: TriedPlace,
): Omit<Finding, 'claim'> {
  const volume = volumes.find((each) => each.claim === claim);
  const owner = `${volume?.uid ?? 0}:${volume?.gid ?? 0}`;
  const path = volume?.path ?? 'its directory';
  // Nothing but the server keeps root out.
  if (server && (step === 'make' || step === 'give' || isUnowned)) {
    const what = {
      make: 'no directory can be made there',
      give: 'a service that begins as root can not give its files to its own user',
    }[step as string];
    return {
      cause: `${server} takes root for somebody else (root_squash): in ${text} ${what ?? 'no directory can be given to the user of its service'}`,
      ...(step === 'give'
        ? { hint: 'Export it with no_root_squash.' }
        : {
            hint: `Export it with no_root_squash, or on ${server} do yourself:`,
            command: `mkdir -p ${path} && chown ${owner} ${path}`,
          }),
    };
  }
  return {
    cause: `user ${owner} may not write in ${volume?.path ?? text}`,
    ...(server
      ? { hint: `On ${server}:`, command: `chown ${owner} ${path}` }
      : { hint: `Look at its owner and mode, and whether SELinux or AppArmor forbids it on node ${node}.` }),
  };
}
