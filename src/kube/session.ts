import type { RequestOptions } from 'node:https';
import { KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';
import { KubeError } from './errors.ts';
import type { Kubeconfig } from './types.ts';

/**
 * Who we are for the API server. The Kubernetes client reads the kubeconfig: certificates, tokens, login helpers and
 * proxies. It makes a new connection pool each time it is asked, so one answer is kept until it is found stale.
 */
export interface Session {
  /** The API server's URL without credentials and without a slash at the end. */
  readonly server: string;
  readonly source: string;
  credentials(): Promise<Credentials>;
  /** The same for a WebSocket, which has a connection of its own. */
  socketOptions(): Promise<SocketOptions>;
  /** Drops these credentials and their connections, so that the next call reads the kubeconfig's files and helpers anew. */
  renew(stale: Credentials): void;
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

/** Agent, with certificates and proxy, and headers. */
export type SocketOptions = Pick<RequestOptions, 'agent' | 'headers' | 'auth'>;

/** @throws KubeError when the kubeconfig can't be used. */
export function openSession({ source, document }: Kubeconfig): Session {
  const config = new KubeConfig();
  const server = readServer(config, document, source);
  let current: Promise<Credentials> | undefined;
  let resolved: Credentials | undefined;

  const obtain = async (): Promise<Credentials> => {
    const context = new RequestContext(server, 'GET');
    try {
      await config.applySecurityAuthentication(context);
    } catch (error) {
      current = undefined;
      throw credentialsError(error, source);
    }
    resolved = { headers: trimmed(context.getHeaders()), dispatcher: context.getDispatcher() ?? new Agent() };
    return resolved;
  };

  const socketOptions = async (): Promise<SocketOptions> => {
    const options: RequestOptions = {};
    try {
      await config.applyToHTTPSOptions(options);
    } catch (error) {
      throw credentialsError(error, source);
    }
    const { agent, auth, headers = {} } = options;
    return { agent, auth: auth ?? null, headers: trimmed(headers as Readonly<Record<string, string>>) };
  };

  return {
    server,
    source,
    socketOptions,
    credentials: () => {
      current ??= obtain();
      return current;
    },
    renew: (stale) => {
      // Many calls meet the same stale credentials at once; the first one drops them.
      if (resolved !== stale) return;
      current = undefined;
      resolved = undefined;
      // Requests still on their way end as they would have.
      stale.dispatcher.close().catch(() => undefined);
    },
  };
}

/** A token file may end with a line break, which no header can hold. */
function trimmed(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.trim()]));
}

function readServer(config: KubeConfig, document: string, source: string): string {
  try {
    config.loadFromString(document);
    const url = new URL(config.getCurrentCluster()?.server ?? '');
    url.username = '';
    url.password = '';
    return url.href.replace(/\/$/, '');
  } catch (error) {
    throw credentialsError(error, source);
  }
}

function credentialsError(error: unknown, source: string): KubeError {
  const { message, code, syscall } = error as NodeJS.ErrnoException;
  const isHelperMissing = code === 'ENOENT' && syscall?.startsWith('spawn');
  return new KubeError({
    exit: 'cluster',
    object: source,
    cause: isHelperMissing
      ? `the login helper \`${syscall?.replace(/^spawn /, '')}\` that it names is not installed`
      : `its credentials can't be used: ${firstLine(message)}`,
    hint: isHelperMissing
      ? 'Install the helper, or use a kubeconfig with a token or certificate.'
      : 'Look whether `kubectl get nodes` works with it; name another one with --kubeconfig.',
  });
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
