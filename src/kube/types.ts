import type { KubeObject, ObjectRef } from '../base/kube-types.ts';

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ApplyOptions {
  /** The server says what would be, and stores nothing. */
  readonly dryRun?: boolean;
  /** Take over fields that another manager owns. */
  readonly force?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** When the API server answered, by its own clock, in milliseconds since 1970; its clock shows whole seconds. */
  readonly dateMs?: number;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly timeoutMs?: number;
}

/** A command to run in a container that runs already. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /**
   * What the command reads. The API servers of older clusters can't tell it that the input is over, so it must know how
   * much to read.
   */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Takes the output piece by piece; while it is at one, no more is fetched than fits into 1 MiB. */
  readonly stdout?: (chunk: Buffer) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface ExecEnd {
  readonly exitCode: number;
  /** The end of what it said. */
  readonly stderr: string;
}

/**
 * A cluster, as far as the stages need one. Every call has a timeout, retries what may pass by itself,
 * and throws a BootError (exit `cluster`, or `rollout` for an object that is refused).
 */
export interface KubeClient {
  /** The API server's URL, and where the kubeconfig was found. */
  readonly server: string;
  readonly source: string;
  /** Requests that stored something so far; a dry run is none, and what keeps a Lease doesn't count. */
  writes(): number;
  /** All requests so far. */
  requests(): number;
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  list(apiVersion: string, kind: string, options?: ListOptions): Promise<readonly KubeObject[]>;
  /** Server-side apply with field manager `edgex-boot`. */
  apply(object: KubeObject, options?: ApplyOptions): Promise<KubeObject>;
  create(object: KubeObject): Promise<KubeObject>;
  /** JSON merge patch. */
  patch(ref: ObjectRef, patch: object): Promise<KubeObject>;
  /** Returns false when there was nothing to delete. */
  delete(ref: ObjectRef, options?: { readonly propagation?: 'Foreground' | 'Background' }): Promise<boolean>;
  logs(
    namespace: string,
    pod: string,
    container: string,
    options: { readonly tailLines: number; readonly previous?: boolean },
  ): Promise<string>;
  /**
   * A command in a container. It isn't repeated: once the connection breaks it is unknown how far it came. And where no
   * error is thrown output may be missing all the same, when a node is under pressure: compare length and digest.
   */
  exec(request: ExecRequest): Promise<ExecEnd>;
  /** Any GET on the API server, `/version` or `/readyz`. */
  raw(path: string): Promise<HttpAnswer>;
  /** HTTP to a Service's port through the API server's proxy; answers of any status come back as they are. */
  proxy(namespace: string, service: string, port: number, request: HttpRequest): Promise<HttpAnswer>;
}

/** Where and as whom to reach a cluster, wherever it was found. */
export interface Kubeconfig {
  /** Where it was found, for messages: `--kubeconfig /x`, `KUBECONFIG (/x:/y)`, `the pod's service account`. */
  readonly source: string;
  readonly context: string;
  /** The API server's URL as written there. */
  readonly server: string;
  /** A kubeconfig as text with this one context, and every path in it absolute. Holds credentials: never print it. */
  readonly document: string;
}
