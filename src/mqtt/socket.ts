import { once } from 'node:events';
import { connect, isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type BrokerAddress, formatBroker } from './address.ts';
import { BrokerError, type BrokerTrouble, troubleOf } from './trouble.ts';

/** Certificates and key in PEM. */
export interface TlsLogin {
  /** Of the authority that signed the broker's certificate; without it the system's authorities count. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface Dialling {
  readonly tls: TlsLogin;
  /** Makes the connection where it isn't made straight to the address; the certificate is for the latter all the same. */
  readonly open?: () => Duplex;
  /** For each of the steps: connection, TLS, answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * A connection to a broker, with TLS where the address says so. Nothing is sent on it yet.
 * @throws BrokerError with what is wrong; the signal's reason
 */
export async function dial(address: BrokerAddress, { tls, open, timeoutMs, signal }: Dialling): Promise<Duplex> {
  const object = formatBroker(address);
  const { host, port } = address;
  const plain = open?.() ?? connect({ host, port, noDelay: true });
  // Of another way nobody knows when it is open; whoever waits for an answer will see.
  if (plain instanceof Socket) await settle(plain, 'connect', { object, timeoutMs, signal, late: 'unanswered' });
  if (!address.isTls) return plain;
  // Without a name the certificate is compared with the address.
  const servername = isIP(address.host) ? '' : address.host;
  const secure = openTls(object, () => connectTls({ socket: plain, host: address.host, servername, ...tls }));
  await settle(secure, 'secureConnect', { object, timeoutMs, signal, late: 'silent' });
  return secure;
}

/** What can't be read as a certificate or key is found when the connection is made of it. */
function openTls(object: string, open: () => TLSSocket): TLSSocket {
  try {
    return open();
  } catch (error) {
    throw new BrokerError('handshake', object, wordsOf(error));
  }
}

interface Settling {
  readonly object: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What it means when nothing happens. */
  readonly late: BrokerTrouble;
}

async function settle(socket: Duplex, event: string, { object, timeoutMs, signal, late }: Settling): Promise<void> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    await once(socket, event, { signal: AbortSignal.any([timeout, signal]) });
  } catch (error) {
    socket.on('error', () => {}).destroy();
    signal.throwIfAborted();
    if (timeout.aborted) throw new BrokerError(late, object, `after ${timeoutMs / 1000} s`);
    throw failure(object, event, error);
  }
}

/** Whoever doesn't understand a greeting in TLS hangs up. */
function failure(object: string, event: string, error: unknown): BrokerError {
  const trouble = troubleOf(error);
  if (event === 'secureConnect' && trouble === 'lost') return new BrokerError('plain', object);
  if (trouble !== 'other') return new BrokerError(trouble, object, detailOf(trouble, error));
  return new BrokerError(event === 'secureConnect' ? 'handshake' : 'other', object, wordsOf(error));
}

function detailOf(trouble: BrokerTrouble, error: unknown): string | undefined {
  if (trouble !== 'misnamed') return undefined;
  const { cert } = error as { readonly cert?: { readonly subjectaltname?: string } };
  return cert?.subjectaltname && `for ${cert.subjectaltname}`;
}

/** The first line of what an error says. */
export function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
