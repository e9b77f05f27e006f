import type { Directory } from '../plan/types.ts';

/**
 * What the pods that prepare volumes do, as lines of shell. Whatever goes wrong becomes a line
 * `CLAIM STEP WORDS` in the container's termination message, so that it needs no log to be read.
 */

/**
 * Where something went wrong. `space` and `taken` belong to no claim, so theirs is `*`; the words of `space` are two
 * numbers in KiB.
 */
export const volumeSteps = ['taken', 'find', 'space', 'make', 'own', 'write', 'read', 'delete', 'give'] as const;
export type VolumeStep = (typeof volumeSteps)[number];

const report = '/dev/termination-log';

// Without globbing, since words may hold a star. A message of the kernel is the same in any language but English.
const preamble = `set -f; export LC_ALL=C; failed=0
say() { echo $* >> ${report}; }
try() { claim=$1; step=$2; shift 2; words=$("$@" 2>&1) || { say "$claim" "$step" $words; failed=1; return 1; }; }`;

/** Where the pods see the root of all volumes. */
export const rootMount = '/volumes';
/** What the containers of a pod share; {@link doneFile} is in it. */
export const stateMount = '/state';
/** The exit code of the container that makes the directories. */
const doneFile = `${stateMount}/done`;

/** A directory as its pod sees it. */
export interface MountedDirectory extends Directory {
  readonly inside: string;
}

/** Says in the directory of a namespace whose it is: every cluster that has the export sees the same one. */
export const ownerFile = '.edgex-boot';

/** The directory of a namespace on a file server, and the cluster that wants it. */
export interface SharedHome {
  /** As the pod sees it. */
  readonly inside: string;
  readonly clusterId: string;
}

/**
 * Makes directories with owner and mode, when there is room for those that are missing; but not those of volumes that
 * had one before, nor where another cluster has its data. What may not be given to its owner is only told: a file server
 * may forbid it, and the directory may do even so, as the probe will find out.
 */
export function directoryScript(directories: readonly MountedDirectory[], home?: SharedHome): string {
  const missing = directories.map(
    ({ inside, sizeBytes }) => `[ -d ${inside} ] || need=$((need + ${Math.ceil(sizeBytes / 1024)}))`,
  );
  return [
    preamble,
    `finish() { echo $failed > ${doneFile}; exit $failed; }`,
    ...(home ? [ownerScript(home)] : []),
    ...directories.filter(({ isKept }) => isKept).map(({ claim, inside }) => `try ${claim} find ls -d ${inside}`),
    '[ $failed = 0 ] || finish',
    'need=0',
    ...missing,
    `free=$(df -Pk ${rootMount} | awk 'END { print $(NF - 2) }')`,
    'if [ "$free" -lt "$need" ]; then say "*" space $free $need; failed=1; finish; fi',
    ...directories.map(makeScript),
    'finish',
  ].join('\n');
}

/**
 * Of two that come at the same time one makes the file. Where nobody may make it, there is nothing to go by; an empty
 * one was left by a full disk.
 */
function ownerScript({ inside, clusterId }: SharedHome): string {
  const file = `${inside}/${ownerFile}`;
  return `mkdir -p ${inside} 2>/dev/null; [ -s ${file} ] || rm -f ${file} 2>/dev/null
(set -C; echo ${clusterId} > ${file}) 2>/dev/null
owner=$(cat ${file} 2>/dev/null)
if [ -n "$owner" ] && [ "$owner" != ${clusterId} ]; then say "*" taken $owner; failed=1; finish; fi`;
}

/** Where the owner can't be set, the directory is one for all: better than a service that can't write. */
const openMode = '0777';

function makeScript({ claim, inside, uid, gid, mode }: MountedDirectory): string {
  const owner = `${uid}:${gid}`;
  const isOwned = `[ "$(stat -c %u:%g ${inside})" = ${owner} ]`;
  // The kubelet sets the group's bit as well.
  return `if try ${claim} make mkdir -p ${inside}; then
  case "$(stat -c %a ${inside})" in *${Number(mode)}) ;; *) chmod ${mode} ${inside} 2>/dev/null ;; esac
  ${isOwned} || words=$(chown ${owner} ${inside} 2>&1) || { say ${claim} own $words; chmod ${openMode} ${inside} 2>/dev/null; }
fi`;
}

/** A volume as a probe sees it. */
export interface ProbedVolume {
  readonly claim: string;
  readonly directory: string;
  /** The service begins as root and gives its files away. */
  readonly gives: boolean;
}

const probeFile = '.edgex-boot-probe';
const probeWords = 'edgex-boot was here';

/** Writes a file down to the disk, reads it again and deletes it, on each of the volumes. */
export function probeScript(volumes: readonly ProbedVolume[]): string {
  return [preamble, ...volumes.map(probe), 'exit $failed'].join('\n');
}

/**
 * The same for a volume whose directory another container of the pod makes. Where it made none there is nothing to
 * probe; and a root that is closed to others can't be crossed here, while the service gets its directory alone.
 */
export function probeWhenMade(volume: ProbedVolume): string {
  return [
    // A shell that knows whole seconds only.
    `until [ -s ${doneFile} ]; do sleep 0.05 2>/dev/null || sleep 1; done`,
    `[ "$(cat ${doneFile})" = 0 ] && [ -x ${rootMount} ] && [ -x ${volume.directory}/.. ] || exit 0`,
    probeScript([volume]),
  ].join('\n');
}

function probe({ claim, directory, gives }: ProbedVolume): string {
  const file = `${directory}/${probeFile}`;
  const give = gives ? `try ${claim} give chown 1:1 ${file} && ` : '';
  return `rm -f ${file} 2>/dev/null
try ${claim} write sh -c 'echo ${probeWords} | dd of=${file} conv=fsync' &&
  try ${claim} read grep -q '^${probeWords}$' ${file} && ${give}try ${claim} delete rm ${file}`;
}

/** A line of a termination message. */
export interface VolumeTrouble {
  readonly claim: string;
  readonly step: VolumeStep;
  readonly words: string;
}

/** Reads what a container of such a pod has told. What isn't of this form is left out. */
export function parseTroubles(message: string): readonly VolumeTrouble[] {
  return message.split('\n').flatMap((line): readonly VolumeTrouble[] => {
    const [, claim = '', step, words = ''] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
    const known = volumeSteps.find((each) => each === step);
    return known ? [{ claim, step: known, words }] : [];
  });
}
