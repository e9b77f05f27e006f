import { isIP } from 'node:net';
import { BootError } from '../base/errors.ts';

/** Where a broker is, as whoever connects sees it. */
export interface BrokerAddress {
  /** A name or an address; of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/** The schemes that people write, those of EdgeX's settings among them. */
const schemes: Readonly<Record<string, { readonly isTls: boolean; readonly port: number }>> = {
  'mqtt:': { isTls: false, port: 1883 },
  'tcp:': { isTls: false, port: 1883 },
  'mqtts:': { isTls: true, port: 8883 },
  'ssl:': { isTls: true, port: 8883 },
  'tls:': { isTls: true, port: 8883 },
  'tcps:': { isTls: true, port: 8883 },
};

/**
 * Reads `mqtt://host:1883` or `mqtts://host`.
 * @param place where it was given, for the error
 * @throws BootError `usage` for anything else, and for a URL with a password, which would stand in the shell's history.
 */
export function parseBrokerUrl(place: string, text: string): BrokerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = schemes[url?.protocol ?? ''];
  if (!url || !scheme || !isHost(hostOf(url))) {
    throw wrongUrl(`${place} ${withoutLogin(text)}`, 'not the URL of an MQTT broker', urlHint);
  }
  const address = { host: hostOf(url), port: url.port === '' ? scheme.port : Number(url.port), isTls: scheme.isTls };
  const shown = `${place} ${formatBroker(address)}`;
  if (url.username !== '' || url.password !== '') {
    const hint = 'Give the user with --mqtt-username, and the password with --mqtt-password-file.';
    throw wrongUrl(shown, 'a URL with a user or password can be read by others of this machine', hint);
  }
  const rest = `${url.pathname === '/' ? '' : url.pathname}${url.search}${url.hash}`;
  if (rest !== '') throw wrongUrl(shown, `a broker has no ${rest}`, 'The topic is given with --mqtt-topic.');
  if (address.port === 0) throw wrongUrl(shown, 'there is no port 0', urlHint);
  return address;
}

/** As people write it, without what goes without saying. */
export function formatBroker({ host, port, isTls }: BrokerAddress): string {
  return `${isTls ? 'mqtts' : 'mqtt'}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** True for a name or an address as the network knows them; nothing else may come into a script. */
export function isHost(text: string): boolean {
  return /^[A-Za-z0-9]([-.\w]*\w)?\.?$/.test(text) || isIP(text) !== 0;
}

/** True for the names and addresses by which everybody means himself, and a pod means the pod. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  const mapped = name.replace(/^::ffff:/, '');
  if (isIP(mapped) === 4) return mapped.startsWith('127.') || mapped === '0.0.0.0';
  return name === '::1' || name === '::' || /^::ffff:7f/.test(name);
}

const urlHint = 'Write it as mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS.';

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function withoutLogin(text: string): string {
  return text.replace(/^([a-z]+:\/\/)?[^/]*@/i, '$1');
}

function wrongUrl(object: string, cause: string, hint: string): BootError {
  return new BootError({ exit: 'usage', object, cause, hint });
}
