/** What can go wrong before an answer is there, in words for people. */

export type Trouble =
  | 'refused' // nobody listens there
  | 'unresolved' // the name has no address
  | 'unreachable' // no way leads there
  | 'slow' // no answer in time
  | 'lost' // the connection broke
  | 'tls' // the server's certificate is not to be trusted
  | 'other';

interface Row {
  readonly trouble: Trouble;
  readonly cause: string;
  readonly hint: string;
}

const startHint = 'Start the cluster, or name the right one with --kubeconfig or --context.';
const wayHint = 'Check network, VPN and firewall between here and the API server.';
const authorityHint = "The kubeconfig's certificate-authority must be the one that signed the server's certificate.";

const refused: Row = { trouble: 'refused', cause: 'nothing listens there', hint: startHint };
const unresolved: Row = {
  trouble: 'unresolved',
  cause: 'its name has no address',
  hint: "Check the kubeconfig's server and DNS.",
};
const unreachable: Row = { trouble: 'unreachable', cause: 'no route leads there', hint: wayHint };
const slow: Row = { trouble: 'slow', cause: 'no answer in time', hint: wayHint };
const lost: Row = {
  trouble: 'lost',
  cause: 'the connection broke',
  hint: 'Look whether the API server restarts again and again.',
};
// A connection that is being given up takes no new request; the request was not sent.
const closing: Row = { trouble: 'refused', cause: 'the connection was just closed', hint: wayHint };
const stranger: Row = {
  trouble: 'tls',
  cause: "its certificate is from an authority that the kubeconfig doesn't know",
  hint: authorityHint,
};
const expired: Row = {
  trouble: 'tls',
  cause: "its certificate has expired, or this machine's clock is ahead",
  hint: "Check the clock; renew the cluster's certificates.",
};
const early: Row = {
  trouble: 'tls',
  cause: "its certificate isn't valid yet, or this machine's clock is behind",
  hint: 'Set the clock, for example with NTP.',
};
const misnamed: Row = {
  trouble: 'tls',
  cause: 'its certificate is for another name',
  hint: "Use a name of the certificate as the kubeconfig's server, or set tls-server-name there.",
};
const plain: Row = {
  trouble: 'tls',
  cause: "it doesn't speak TLS",
  hint: "Check scheme and port of the kubeconfig's server.",
};

/** By the error codes of Node, OpenSSL and undici. */
const rows: Readonly<Record<string, Row>> = {
  ECONNREFUSED: refused,
  ENOTFOUND: unresolved,
  EAI_AGAIN: unresolved,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  ENETDOWN: unreachable,
  ETIMEDOUT: slow,
  UND_ERR_CONNECT_TIMEOUT: slow,
  UND_ERR_HEADERS_TIMEOUT: slow,
  UND_ERR_BODY_TIMEOUT: slow,
  ECONNRESET: lost,
  ECONNABORTED: lost,
  EPIPE: lost,
  UND_ERR_SOCKET: lost,
  UND_ERR_CLOSED: closing,
  UND_ERR_DESTROYED: lost,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: lost,
  ERR_HTTP2_STREAM_ERROR: lost,
  ERR_HTTP2_SESSION_ERROR: lost,
  ERR_HTTP2_GOAWAY_SESSION: lost,
  ERR_HTTP2_STREAM_CANCEL: lost,
  ERR_HTTP2_INVALID_SESSION: lost,
  DEPTH_ZERO_SELF_SIGNED_CERT: stranger,
  SELF_SIGNED_CERT_IN_CHAIN: stranger,
  UNABLE_TO_GET_ISSUER_CERT: stranger,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: stranger,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: stranger,
  CERT_SIGNATURE_FAILURE: stranger,
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: early,
  ERR_TLS_CERT_ALTNAME_INVALID: misnamed,
  ERR_SSL_WRONG_VERSION_NUMBER: plain,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: plain,
};

/** Finds out what an error of the transport means; its own words serve where the code is unknown. */
export function diagnose(error: unknown): Row {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'TimeoutError') return slow;
    const row = rows[String((at as NodeJS.ErrnoException).code)];
    if (row) return row;
  }
  const words = error instanceof Error ? error.message.split('\n', 1)[0] : undefined;
  return { trouble: 'other', cause: words || 'the request failed', hint: wayHint };
}
