import { type Database, databaseAlias, type Need, type Release, type ServiceRow } from './release.ts';
import { ledgerKey } from './seed.ts';
import type { Gate } from './types.ts';

/**
 * Gates are what a service waits for before it starts. They are lines of shell in an init container, so that the order
 * holds when nobody runs this program: after a power cut every pod starts at once, and each one waits for its own needs.
 * The shell must run in the busybox of any image. What wget, nc and timeout know differs from one to the next, so the
 * script asks them. Each question has its time limit: one that was put to a pod that is no more would wait for minutes.
 */

/** How long a gate's question may take, in whole seconds (all that busybox knows). */
const answerTimeoutSeconds = 2;
/** For what of a question has no time limit of its own. */
const limitSeconds = 3;
/** Questions are cheap and a start-up is a chain of gates: ask often at first, gently later. */
const eagerAttempts = 150;
const eagerPauseSeconds = 0.2;
const gentlePauseSeconds = 2;

export interface GateContext {
  readonly release: Release;
  readonly database: Database;
  readonly services: ReadonlyMap<string, ServiceRow>;
  /** Digest of the settings that a service is to find, by service. */
  readonly digests: ReadonlyMap<string, string>;
}

/** The gates of a service, from its row's needs. */
export function gatesOf(service: string, row: ServiceRow, context: GateContext): readonly Gate[] {
  return row.needs.map((need) => gateOf(service, need, context));
}

function gateOf(owner: string, need: Need, context: GateContext): Gate {
  const { release } = context;
  const registry = release.registry.service;
  const registryPort = mainPort(release, registry);
  switch (need.gate) {
    case 'leader':
      return { kind: 'leader', service: registry, port: registryPort };
    case 'keys':
      return {
        kind: 'keys',
        service: registry,
        port: registryPort,
        owner,
        digest: context.digests.get(owner) ?? '',
      };
    case 'registered':
      return {
        kind: 'registered',
        service: registry,
        port: registryPort,
        provider: need.of,
        registration: release.services[need.of]?.registration ?? need.of,
      };
    case 'tcp': {
      const service = need.of === databaseAlias ? databaseService(release, context.database) : need.of;
      const place = { service, port: mainPort(release, service) };
      const { answers } = release.services[service] ?? {};
      return answers ? { kind: 'word', ...place, ...answers } : { kind: 'tcp', ...place };
    }
    case 'http':
      return { kind: 'http', service: need.of, port: mainPort(release, need.of), path: need.path };
  }
}

/** The service that a gate's answer depends on. */
export function providerOf(gate: Gate): string {
  return gate.kind === 'registered' ? gate.provider : gate.service;
}

/** What a gate waits for, for people. */
export function describeGate(gate: Gate): string {
  switch (gate.kind) {
    case 'leader':
      return `${gate.service} to have a leader`;
    case 'keys':
      return `its configuration in ${gate.service}`;
    case 'tcp':
      return `${gate.service} to accept on port ${gate.port}`;
    case 'word':
      return `${gate.service} to answer ${gate.say}`;
    case 'http':
      return `${gate.service} to answer ${gate.path}`;
    case 'registered':
      return `${gate.provider} to register in ${gate.service}`;
  }
}

/** One shell command that succeeds when the gate is open. */
function question(gate: Gate): string {
  const url = `http://${gate.service}:${gate.port}`;
  switch (gate.kind) {
    case 'leader':
      // A leader that is elected may still be busy with its log: only one that answers for itself will do.
      return `$get '${url}/v1/catalog/nodes?consistent' | grep -q Node`;
    case 'keys':
      // Without a leader Consul would keep the question to itself for seconds. What it knows itself will do: keys come in
      // the order in which they were written, and the digest comes last.
      return `$get '${url}/v1/kv/${ledgerKey(gate.owner)}?raw&stale' | grep -q '${gate.digest}'`;
    case 'tcp':
      return `$connect ${gate.service} ${gate.port} </dev/null`;
    case 'word':
      return `printf '${gate.say}\\r\\n' | nc -w ${answerTimeoutSeconds} ${gate.service} ${gate.port} | grep -q '${gate.hear}'`;
    case 'http':
      return `$get '${url}${gate.path}'`;
    case 'registered':
      return `$get '${url}/v1/catalog/service/${gate.registration}' | grep -q ServiceName`;
  }
}

/** The script of the init container: passes the gates one after another and says what it waits for. */
export function gateScript(gates: readonly Gate[]): string {
  return [
    `get="wget -q -O -"; wget --help 2>&1 | grep -q -e '-T ' && get="$get -T ${answerTimeoutSeconds}"`,
    `connect="nc -w ${answerTimeoutSeconds}"; nc --help 2>&1 | grep -q -e '-z' && connect="$connect -z"`,
    `limit="timeout ${limitSeconds}"; $limit true 2>/dev/null || limit="timeout -t ${limitSeconds}"; $limit true 2>/dev/null || limit=`,
    // A shell that is process 1 dies of no signal that it doesn't catch.
    "trap 'exit 143' TERM",
    'pass() {',
    '  n=0',
    '  until $limit sh -c "$2" >/dev/null 2>&1; do',
    '    [ $n -gt 0 ] || echo "waiting for $1"',
    '    n=$((n + 1))',
    `    if [ $n -lt ${eagerAttempts} ]; then sleep ${eagerPauseSeconds} || sleep 1; else sleep ${gentlePauseSeconds}; fi`,
    '  done',
    '  echo "done: $1"',
    '}',
    ...gates.map((gate) => `pass '${describeGate(gate)}' "${question(gate)}"`),
    '',
  ].join('\n');
}

/** The name of the service that is the chosen database. */
export function databaseService(release: Release, database: Database): string {
  const found = Object.entries(release.services).find(([, row]) => row.database === database);
  if (!found) throw new Error(`release ${release.release} has no service for database ${database}`);
  return found[0];
}

/** The port on which a service answers. */
export function mainPort(release: Release, service: string): number {
  const port = release.services[service]?.ports[0]?.port;
  if (port === undefined) throw new Error(`release ${release.release} has no service ${service}`);
  return port;
}
