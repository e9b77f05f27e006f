import { connect } from 'node:net';
import { posix } from 'node:path';
import type { Duplex } from 'node:stream';
import { systemClock } from '../../base/clock.ts';
import { BootError } from '../../base/errors.ts';
import type { KubeObject } from '../../base/kube-types.ts';
import { readCluster } from '../../facts/cluster.ts';
import { hasStatus } from '../../kube/errors.ts';
import { type BrokerAddress, isHost, isLoopback } from '../../mqtt/address.ts';
import type { BrokerLogin } from '../../mqtt/client.ts';
import { findMosquitto, ownAddress, startHostBroker } from '../../mqtt/host-broker.ts';
import { passwordLine, randomLogin } from '../../mqtt/password-file.ts';
import { planAddition } from '../../plan/addition.ts';
import type { ServiceRow } from '../../plan/release.ts';
import { brokerOf, type ExportTarget } from '../../verify/export-settings.ts';
import type { BrokerOrigin } from '../../verify/export-trial.ts';
import { type TrialContext, temporaryAnnotation } from './context.ts';
import { isResident, welcome } from './guest.ts';
import { openTunnel } from './tunnel.ts';

/** A broker to try the export with. */
export interface ChosenBroker {
  /** As the pods see it. */
  readonly address: BrokerAddress;
  readonly origin: BrokerOrigin;
  /** For the export service, and for us unless the options say otherwise. */
  readonly login: BrokerLogin;
}

/** What starting something takes. */
export interface Starting {
  /** Resolves once no other run may change the installation. */
  readonly alone: () => Promise<void>;
  /** Is given the means to take away again what was started. */
  readonly onStarted: (stop: () => Promise<void>) => void;
}

/** The port on which brokers listen by custom. */
const usualPort = 1883;

/**
 * The broker that was asked for, the one that the export service has, one that is in the namespace; else one is started:
 * a program of this machine where pods reach it, else a pod. What is to stay can't be a program that ends with this one.
 * @param configured what the export service has, where there is one
 * @throws BootError with what keeps it from being used or started
 */
export async function chooseBroker(
  context: TrialContext,
  configured: ExportTarget | undefined,
  starting: Starting,
): Promise<ChosenBroker> {
  const { wish } = context;
  if (wish.address) return { address: wish.address, origin: 'given', login: wish.login };
  if (configured) return ofService(configured);
  const found = await findService(context);
  if (found) return { address: found, origin: 'found', login: wish.login };
  return (wish.keep ? undefined : await startOnHost(context, starting)) ?? startInCluster(context, starting);
}

function ofService(target: ExportTarget): ChosenBroker {
  const address = brokerOf(target);
  if (!isHost(address.host) || isLoopback(address.host)) {
    const cause = isLoopback(address.host) ? 'which in its pod is the pod itself' : 'which is no address';
    throw new BootError({
      exit: 'verify',
      object: 'the export service',
      cause: `it sends to "${address.host}", ${cause}`,
      hint: 'Set the address of a broker that pods reach, with --set SERVICE/PATH=VALUE of install.',
    });
  }
  const { User: username, Password: password } = target;
  return {
    address,
    origin: 'configured',
    login: { ...(username ? { username } : {}), ...(password ? { password } : {}) },
  };
}

interface KubeService extends KubeObject {
  readonly spec?: { readonly ports?: readonly { readonly port: number }[] };
}

/** A Service with the usual port. What a trial left behind is none, since nobody knows its password. */
async function findService({ kube, plan: { namespace } }: TrialContext): Promise<BrokerAddress | undefined> {
  const services = (await kube.list('v1', 'Service', { namespace })) as readonly KubeService[];
  const found = services.find(
    (service) => isResident(service) && service.spec?.ports?.some(({ port }) => port === usualPort),
  );
  return found && { host: found.metadata.name, port: usualPort, isTls: false };
}

/** Undefined where there is no program, or where pods don't reach this machine. */
async function startOnHost(
  { kube, reach, program: { env, signal, secrets } }: TrialContext,
  { onStarted }: Starting,
): Promise<ChosenBroker | undefined> {
  const path = findMosquitto(env.PATH);
  if (path === undefined || reach.way !== 'direct') return undefined;
  const { nodes } = await readCluster(kube);
  const host = ownAddress(nodes.flatMap(({ internalAddress }) => internalAddress ?? []));
  if (host === undefined) return undefined;
  const { address, login, stop } = await startHostBroker(path, host, { clock: systemClock, signal });
  onStarted(stop);
  secrets.add(login.password);
  return { address, origin: 'host', login };
}

async function startInCluster(context: TrialContext, { alone, onStarted }: Starting): Promise<ChosenBroker> {
  const { plan, trees, wish, program } = context;
  const found = Object.entries(plan.release.services).find(([, row]) => row.role === 'broker');
  if (!found) {
    throw new BootError({
      exit: 'verify',
      object: 'MQTT broker',
      cause: 'there is none, and the release has none to start',
      hint: 'Name one with --mqtt URL.',
    });
  }
  const [name, row] = found;
  const login = randomLogin();
  program.secrets.add(login.password);
  const annotations = wish.keep ? {} : { [temporaryAnnotation]: 'true' };
  const addition = planAddition(plan, { name, row: guarded(row, login) }, { trees, overrides: {}, annotations });
  await alone();
  await welcome(addition, context, onStarted);
  const address = { host: name, port: row.ports[0]?.port ?? usualPort, isTls: false };
  return { address, origin: 'cluster', login };
}

/** The broker's row with a user of its own and nobody else. */
function guarded(row: ServiceRow, login: Required<BrokerLogin>): ServiceRow {
  const [[path, text] = ['/', '']] = Object.entries(row.files);
  const passwords = posix.join(posix.dirname(path), 'passwords');
  const configuration = text.replace(/^allow_anonymous .*$/m, `allow_anonymous false\npassword_file ${passwords}`);
  return { ...row, files: { [path]: configuration, [passwords]: passwordLine(login) } };
}

/**
 * How we connect to an address of pods. A Service's name means something in the cluster only: we take its ClusterIP where
 * that is reached from here, else the way through a pod. Undefined for an address that means the same here.
 */
export async function wayTo(context: TrialContext, address: BrokerAddress): Promise<(() => Duplex) | undefined> {
  const { kube, plan, reach } = context;
  const { namespace } = plan;
  const [, name, inNamespace = namespace] = serviceName.exec(address.host) ?? [];
  if (name === undefined) return undefined;
  const service = await kube.get({ apiVersion: 'v1', kind: 'Service', namespace: inNamespace, name }).catch((error) => {
    // A name of two words may be any machine's, and its namespace nobody's.
    if (hasStatus(error, 403)) return undefined;
    throw error;
  });
  const host = (service?.spec as { readonly clusterIP?: string } | undefined)?.clusterIP;
  if (host === undefined || host === 'None') return undefined;
  const place = { host, port: address.port };
  return reach.way === 'direct' ? () => connect({ ...place, noDelay: true }) : openTunnel(context, place);
}

/** `broker`, `broker.namespace`, `broker.namespace.svc.cluster.local`. */
const serviceName =
  /^([a-z](?:[-a-z0-9]*[a-z0-9])?)(?:\.([a-z](?:[-a-z0-9]*[a-z0-9])?)(?:\.svc(?:\.cluster\.local)?)?)?\.?$/;
