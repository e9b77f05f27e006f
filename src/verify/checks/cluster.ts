import { formatDuration } from '../../base/time.ts';
import type { VerifyFacts } from '../facts.ts';
import { type Defect, failed, judged, passed, skipped } from '../finding.ts';
import { type Memory, newestMemory } from '../memories.ts';
import type { Probe } from '../run-checks.ts';
import { unread } from '../unread.ts';

/** A node writes its Lease every 10 s, and counts as gone after 40. */
const maxHeartbeatAgeMs = 60_000;
const maxAheadMs = 5_000;
/** Clocks that agree still differ by some seconds. */
const maxMemoryAheadMs = 60_000;

/** The probes of category cluster, by code. */
export const clusterProbes: Readonly<Record<string, Probe<VerifyFacts>>> = {
  'cluster-reachable': async (facts) => {
    const { version, distribution, nodes } = await facts.cluster();
    const kind = distribution === 'other' ? 'Kubernetes' : distribution;
    return passed(`${kind} ${version}, ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`);
  },

  'cluster-rights': async (facts) => {
    const { asked, missing, roles } = await facts.missingRights();
    if (missing === 0) return passed(`all ${asked}`);
    return failed(`${missing} of ${asked} are missing`, { evidence: roles });
  },

  'cluster-version': async (facts) => {
    const { version } = await facts.cluster();
    const { min, tested } = facts.release.kubernetes;
    const minor = parseMinor(version);
    if (minor === undefined) return skipped(`the API server says ${version}`);
    if (minor < (parseMinor(min) ?? 0)) return failed(`it is ${version}; ${min} is the oldest`);
    return passed(minor > (parseMinor(tested) ?? minor) ? `${version}, newer than was tested (${tested})` : version);
  },

  'nodes-ready': async (facts) => {
    const { nodes } = await facts.cluster();
    const defects = nodes.flatMap(({ name, ready, unschedulable }): Defect[] => {
      const object = `node/${name}`;
      if (!ready)
        return [{ object, cause: 'it is NotReady', hint: `Look at its conditions: kubectl describe node ${name}` }];
      return unschedulable
        ? [{ object, cause: 'it is cordoned', hint: `Allow pods on it: kubectl uncordon ${name}` }]
        : [];
    });
    if (nodes.length === 0) return failed('the cluster has no node');
    return judged(defects, nodes.map(({ name, architecture }) => `${name} (${architecture})`).join(', '));
  },

  'nodes-pressure': async (facts) => {
    const health = await facts.nodeHealth();
    const defects = health.flatMap(({ node, troubles }) =>
      troubles.map(({ type, message }): Defect => ({ object: `node/${node}`, cause: `${type}: ${message}` })),
    );
    return judged(defects, 'none');
  },

  'nodes-clock': async (facts) => {
    const [heartbeats, { serverMs }, memory] = await Promise.all([facts.heartbeats(), facts.dates(), newest(facts)]);
    const future: Defect[] =
      memory && memory.atMs - serverMs > maxMemoryAheadMs
        ? [
            {
              object: "the cluster's clock",
              cause: `it has gone back to ${isoDate(serverMs)}; ${memory.what} was at ${isoDate(memory.atMs)}`,
            },
          ]
        : [];
    if (!heartbeats)
      return future.length > 0 ? judged(future, '') : skipped('the user may not read the Leases of the nodes');
    const { nodes } = await facts.cluster();
    // One that isn't ready writes no Lease, and its clock is not to blame.
    const alive = heartbeats.filter(({ node }) => nodes.some(({ name, ready }) => name === node && ready));
    const defects = alive.flatMap(({ node, renewedMs }): Defect[] => {
      const ageMs = serverMs - renewedMs;
      if (ageMs >= -maxAheadMs && ageMs <= maxHeartbeatAgeMs) return [];
      const side = ageMs < 0 ? 'ahead of' : 'behind';
      return [
        {
          object: `node/${node}`,
          cause: `its clock is about ${formatDuration(Math.abs(ageMs))} ${side} the API server's`,
        },
      ];
    });
    // A node whose clock is ahead has had its services' starts in the future, and is told as that.
    return judged(defects.length > 0 ? defects : future, 'they agree');
  },

  'cluster-dns': async (facts) => {
    const [dns, lost] = await Promise.all([facts.dns(), unresolvedNames(facts)]);
    if (dns?.service !== undefined && dns.readyEndpoints === 0) {
      return failed(`${dns.service} has no pod that is ready`);
    }
    if (lost.failures.length > 0)
      return failed("the registry's pod finds no address for names", { evidence: lost.failures });
    const proof = lost.resolved > 0 ? `the registry finds ${lost.resolved} services by their names` : undefined;
    if (dns?.service === undefined && proof === undefined) return skipped('there is no DNS Service of the usual name');
    const service = dns?.service === undefined ? undefined : `${dns.service} has ${dns.readyEndpoints} ready`;
    return passed([service, proof].filter((part) => part !== undefined).join('; '));
  },

  'plan-fits': async (facts) => passed(await facts.rehearsal()),

  'installation-present': async (facts) => {
    const { exists, terminating, version } = await facts.installation();
    if (terminating) return failed(`namespace ${facts.namespace} is being deleted`);
    return exists
      ? passed(`EdgeX ${version} in namespace ${facts.namespace}`)
      : failed(`namespace ${facts.namespace} has none`);
  },
};

/** The newest thing that the cluster remembers of the installation; undefined where there is none. */
async function newest(facts: VerifyFacts): Promise<Memory | undefined> {
  const installation = await facts.installation().catch(unread);
  const services = installation?.exists ? await facts.services().catch(unread) : undefined;
  return installation && newestMemory(services ?? [], installation);
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString();
}

/** `v1.34.4+k3s1` is 34; undefined for what is no version. */
function parseMinor(version: string): number | undefined {
  const minor = /^v?1\.(\d+)/.exec(version)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/** What Go says when it finds no address; a name that nobody has is another matter, since the Service may be gone. */
export const lookupFailure = /dial tcp: lookup \S+( on \S+)?: (?!no such host)/;

/** What the registry's own health checks show: it asks every service by its name. Nothing where it can't be asked. */
async function unresolvedNames(
  facts: VerifyFacts,
): Promise<{ readonly resolved: number; readonly failures: readonly string[] }> {
  const installation = await facts.installation().catch(unread);
  const registrations = installation?.exists ? await facts.registrations().catch(unread) : undefined;
  const checks = registrations?.flatMap((registration) => registration.checks) ?? [];
  return {
    resolved: checks.filter(({ status }) => status === 'passing').length,
    failures: checks.flatMap(({ output }) => (lookupFailure.test(output) ? [output] : [])),
  };
}
