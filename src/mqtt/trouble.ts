import { BootError } from '../base/errors.ts';

/** What can be wrong between us and a broker; each has words of its own. */
export type BrokerTrouble =
  | 'unresolved' // its name has no address
  | 'refused' // nobody listens there
  | 'unreachable' // no way leads there
  | 'unanswered' // nobody takes the connection, nobody refuses it
  | 'silent' // the connection stands, and nobody speaks MQTT on it
  | 'plain' // asked for TLS, it speaks none
  | 'encrypted' // it speaks TLS, and wasn't asked for it
  | 'stranger' // its certificate is from an authority that isn't trusted
  | 'misnamed' // its certificate is for another name
  | 'expired' // its certificate is too old
  | 'early' // its certificate is not valid yet
  | 'uncertified' // it wants a certificate of ours, or doesn't like the one it got
  | 'handshake' // TLS fails for another reason
  | 'password' // it doesn't let this user in
  | 'identity' // it doesn't take our client id
  | 'version' // it doesn't speak this version of MQTT
  | 'unavailable' // it doesn't serve now
  | 'topic' // this user may not read the topic
  | 'lost' // the connection broke
  | 'other';

interface Words {
  readonly cause: string;
  readonly hint: string;
}

const clockHint = "Check this machine's clock, and renew the broker's certificate.";

const words: Readonly<Record<BrokerTrouble, Words>> = {
  unresolved: { cause: 'its name has no address', hint: 'Check the name and DNS.' },
  refused: { cause: 'nothing listens there', hint: 'Start the broker, and check host and port.' },
  unreachable: { cause: 'no route leads there', hint: 'Check the network between here and the broker.' },
  unanswered: {
    cause: 'nobody answers there, not even with a refusal',
    hint: 'Check the address; a firewall that drops packets looks like this.',
  },
  silent: {
    cause: 'it takes the connection and then says nothing',
    hint: 'Another program may listen there, or the broker hangs: look into its log.',
  },
  plain: {
    cause: 'it does not speak TLS',
    hint: 'Write mqtt:// instead of mqtts://, or take the port of its TLS listener.',
  },
  encrypted: { cause: 'it speaks TLS only', hint: 'Write mqtts:// instead of mqtt://.' },
  stranger: {
    cause: 'its certificate is from an authority that is not trusted here',
    hint: 'Give the certificate of its authority with --mqtt-ca.',
  },
  misnamed: {
    cause: 'its certificate is for another name',
    hint: 'Use a name or address of the certificate in the URL, or have one made for this name.',
  },
  expired: { cause: 'its certificate has expired', hint: clockHint },
  early: { cause: 'its certificate is not valid yet', hint: clockHint },
  uncertified: {
    cause: 'it wants a client certificate that it trusts',
    hint: 'Give one with --mqtt-cert and --mqtt-key.',
  },
  handshake: { cause: 'the TLS handshake fails', hint: "The broker's log says more." },
  password: {
    cause: 'it does not let this user in',
    hint: 'Check --mqtt-username and --mqtt-password-file against what the broker has.',
  },
  identity: {
    cause: 'it does not take a client id that it does not know',
    hint: 'Allow ids that begin with edgex-boot-.',
  },
  version: { cause: 'it speaks neither MQTT 5 nor 3.1.1', hint: 'Take a newer broker.' },
  unavailable: { cause: 'it does not serve at the moment', hint: "The broker's log says more." },
  topic: {
    cause: 'this user may not read the topic',
    hint: "Allow it in the broker's access list, or name another with --mqtt-topic.",
  },
  lost: { cause: 'the connection broke', hint: "The broker's log says why." },
  other: { cause: 'the connection failed', hint: "The broker's log may say more." },
};

/** Why a broker is of no use: for people as any BootError, for the caller by its trouble. */
export class BrokerError extends BootError {
  readonly trouble: BrokerTrouble;

  /** @param said more of it, in the words of whoever found it */
  constructor(trouble: BrokerTrouble, object: string, said?: string) {
    const { cause, hint } = words[trouble];
    super({ exit: 'verify', object, cause: said ? `${cause} (${said})` : cause, hint });
    this.trouble = trouble;
  }
}

/** By the error codes of Node and OpenSSL. */
const byCode: Readonly<Record<string, BrokerTrouble>> = {
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EACCES: 'unreachable',
  ETIMEDOUT: 'unanswered',
  ECONNRESET: 'lost',
  EPIPE: 'lost',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'stranger',
  SELF_SIGNED_CERT_IN_CHAIN: 'stranger',
  UNABLE_TO_GET_ISSUER_CERT: 'stranger',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'stranger',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'stranger',
  CERT_SIGNATURE_FAILURE: 'stranger',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'early',
  ERR_TLS_CERT_ALTNAME_INVALID: 'misnamed',
  ERR_SSL_WRONG_VERSION_NUMBER: 'plain',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'plain',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'uncertified',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'uncertified',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': 'uncertified',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'uncertified',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'uncertified',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'uncertified',
};

/** What a failed connection suffers from, by the codes of Node and OpenSSL. */
export function troubleOf(error: unknown): BrokerTrouble {
  // A name with several addresses fails with an error for each.
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  return byCode[String((inner as NodeJS.ErrnoException | undefined)?.code)] ?? 'other';
}

/** What a broker's refusal of a connection means: reason codes of MQTT 5, return codes of 3.1.1. */
export function refusalOf(code: number): BrokerTrouble {
  return byRefusal[code] ?? 'other';
}

const byRefusal: Readonly<Record<number, BrokerTrouble>> = {
  1: 'version',
  2: 'identity',
  3: 'unavailable',
  4: 'password',
  5: 'password',
  132: 'version',
  133: 'identity',
  134: 'password',
  135: 'password',
  136: 'unavailable',
  137: 'unavailable',
  138: 'password',
  140: 'password',
};

/** True for a broker's error with one of these troubles. */
export function hasTrouble(error: unknown, ...troubles: readonly BrokerTrouble[]): boolean {
  return error instanceof BrokerError && troubles.includes(error.trouble);
}
