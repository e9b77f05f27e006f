import { formatBytes, parseQuantity } from '../../base/quantity.ts';
import type { MachineHealth } from '../../facts/machine-health.ts';
import type { MountFacts } from '../../facts/types.ts';
import type { VerifyFacts } from '../facts.ts';
import { type Finding, failed, judged, passed, skipped } from '../finding.ts';
import type { Probe } from '../run-checks.ts';
import { unread } from '../unread.ts';

/** Beside what the services ask for: the system, Kubernetes itself, and the pods' own processes. */
const systemBytes = 768 * 2 ** 20;
/** What is told as 2 GB is less by what the firmware and the kernel keep. */
const memoryTolerance = 0.9;
const minFreeBytes = 2 ** 30;
const minFreeShare = 0.05;
const maxClockSkewMs = 5_000;
/** No release is older, so an earlier date is that of a machine that has forgotten it. */
const firstYear = 2024;

/** A check of the machine; there is nothing to see where the program runs elsewhere. */
function onNode(judge: (machine: MachineHealth, facts: VerifyFacts) => Finding | Promise<Finding>): Probe<VerifyFacts> {
  return async (facts) => {
    const machine = await facts.machine();
    return machine ? judge(machine, facts) : skipped('this machine is no node of the cluster');
  };
}

/** The probes of category machine, by code. */
export const machineProbes: Readonly<Record<string, Probe<VerifyFacts>>> = {
  'machine-architecture': onNode(({ architecture }, { release }) => {
    const isKnown = release.architectures.some((each) => each === architecture);
    return isKnown
      ? passed(architecture)
      : failed(`it is ${architecture}; there are images for ${release.architectures.join(' and ')}`);
  }),

  'machine-memory': onNode(async ({ memoryBytes, name }, { release }) => {
    const requests = Object.values(release.services).map(({ optional, database, resources }) =>
      // Only one of the databases is installed, and what has to be asked for mostly isn't.
      optional === 'requested' || (database && database !== release.databases.mixed)
        ? 0
        : (parseQuantity(resources.memory) ?? 0),
    );
    const needed = requests.reduce((sum, bytes) => sum + bytes, systemBytes);
    const figures = `${formatBytes(memoryBytes)}; ${formatBytes(needed)} are needed`;
    return memoryBytes >= needed * memoryTolerance ? passed(figures) : failed(`${name} has ${figures}`);
  }),

  'machine-memory-cgroup': onNode(({ limitsMemory }) => {
    if (limitsMemory === undefined) return skipped("the kernel doesn't say which control groups it has");
    return limitsMemory ? passed('the memory controller is on') : failed('the memory controller is off');
  }),

  'machine-disk-space': onNode(({ mounts }) => {
    const used = mounts.filter(({ medium, space }) => medium !== 'memory' && space !== undefined);
    const short = used.filter(({ space }) => space && isShort(space.freeBytes, space.sizeBytes));
    return judged(
      short.map((mount) => ({ object: mount.path, cause: describeSpace(mount) })),
      used.map((mount) => `${mount.path}: ${describeSpace(mount)}`).join('; '),
    );
  }),

  'machine-disk-medium': onNode(async ({ mounts }, facts) => {
    const root = await dataRoot(facts);
    const mount = mountOf(root, mounts);
    if (!mount) return skipped(`it is not known on which disk ${root} lies`);
    const weak = weakMedia[mount.medium];
    return weak === undefined ? passed(`${root} lies on: ${mount.medium}`) : failed(`${root} lies ${weak}`);
  }),

  'machine-clock': onNode(async ({ dateMs }, facts) => {
    const year = new Date(dateMs).getUTCFullYear();
    if (year < firstYear) return failed(`it says that the year is ${year}`);
    const dates = await facts.dates().catch(unread);
    if (!dates) return skipped("the API server doesn't answer, so there is no clock to compare with");
    const { serverMs, machineMs } = dates;
    const skewMs = machineMs - serverMs;
    const figures = `${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs < 0 ? 'behind' : 'ahead of'} the API server`;
    if (Math.abs(skewMs) > maxClockSkewMs) return failed(`it is ${figures}`);
    const nodes = await facts.cluster().then((found) => found.nodes.length, unread);
    return passed(nodes === 1 ? `${figures}, which on a single node may have the same clock` : figures);
  }),

  'machine-swap': onNode(({ swapBytes }) =>
    swapBytes === 0 ? passed('no swap') : failed(`it has ${formatBytes(swapBytes)} of swap`),
  ),

  'machine-ports': onNode(async ({ ports }, facts) => {
    const plan = await facts.plan().catch(unread);
    // On the port of a service that nobody wants may be whatever program has it by right: a broker on 1883.
    const own = Object.entries(facts.release.services).filter(
      ([name, row]) => row.optional !== 'requested' || plan?.services.some((each) => each.name === name),
    );
    const taken = own.flatMap(([name, row]) =>
      row.ports.filter(({ port }) => ports.includes(port)).map(({ port }) => `${port} (${name})`),
    );
    if (taken.length === 0) return passed("nothing listens on the release's ports");
    return failed(`something listens on ${taken.length === 1 ? 'port' : 'ports'} ${taken.join(', ')}`);
  }),
};

const weakMedia: Readonly<Partial<Record<MountFacts['medium'], string>>> = {
  'sd-card': 'on an SD card',
  'usb-stick': 'on a USB stick',
  memory: 'in memory',
};

function isShort(freeBytes: number, sizeBytes: number): boolean {
  return freeBytes < Math.min(minFreeBytes, sizeBytes / 2) || freeBytes < sizeBytes * minFreeShare;
}

function describeSpace({ space }: MountFacts): string {
  return space ? `${formatBytes(space.freeBytes)} of ${formatBytes(space.sizeBytes)} free` : 'unknown';
}

/** Before an installation it is where one would put them by itself. */
async function dataRoot(facts: VerifyFacts): Promise<string> {
  const installation = await facts.installation().catch(unread);
  return /^local:(.+)$/.exec(installation?.storage ?? '')?.[1] ?? '/var/lib/edgex';
}

/** The mount that a path lies in: of those above it the nearest. */
function mountOf(path: string, mounts: readonly MountFacts[]): MountFacts | undefined {
  const isAbove = (mount: string) => mount === '/' || path === mount || path.startsWith(`${mount}/`);
  return mounts.filter((mount) => isAbove(mount.path)).toSorted((a, b) => b.path.length - a.path.length)[0];
}
