/** The fields of Kubernetes' objects that a provisioner reads. */

interface Metadata {
  readonly name: string;
  readonly uid: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
}

export interface Claim {
  readonly metadata: Metadata & { readonly namespace: string; readonly resourceVersion: string };
  readonly spec: {
    readonly storageClassName?: string;
    readonly accessModes: readonly string[];
    readonly resources: { readonly requests: { readonly storage: string } };
  };
  readonly status: { readonly phase: string };
}

export interface Volume {
  readonly metadata: Metadata;
  readonly spec: {
    readonly storageClassName?: string;
    readonly persistentVolumeReclaimPolicy: string;
    readonly hostPath?: { readonly path: string };
    readonly nfs?: { readonly server: string; readonly path: string };
    readonly nodeAffinity?: {
      readonly required: {
        readonly nodeSelectorTerms: readonly {
          readonly matchExpressions: readonly { readonly values: readonly string[] }[];
        }[];
      };
    };
  };
  readonly status: { readonly phase: string };
}
