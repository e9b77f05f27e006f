import type { Lab } from '../../lab/lab.ts';

/** What a defect has to do with: one installation in the lab. */
export interface Site {
  readonly lab: Lab;
  readonly namespace: string;
  /** kubectl within the namespace. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** The options that it was installed with. */
  readonly args: readonly string[];
}

/** Something that is broken on purpose. */
export interface Defect {
  readonly what: string;
  readonly plant: (site: Site) => Promise<unknown>;
  /** Makes all well again; waiting until it is, is the caller's part. */
  readonly repair?: (site: Site) => Promise<unknown>;
  /** The codes of the checks that fail, all of them and no other. */
  readonly fails: readonly string[];
  /** What the first of them says to do. */
  readonly hint: RegExp;
  /** Further options for `verify`. */
  readonly options?: readonly string[];
  /** Another exit code than 6. */
  readonly exit?: number;
  /** Looks at the cluster through something else than the administrator's kubeconfig. */
  readonly kubeconfig?: (site: Site) => Promise<{ readonly path: string; readonly close: () => Promise<void> }>;
  /** How long it takes until the defect shows. */
  readonly showsAfterMs?: number;
  /** Part of the short run, in which several that have nothing to do with each other are planted at once. */
  readonly isQuick?: true;
}
