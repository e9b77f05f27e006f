/** What pods have in common that run once, for us and not for the installation. */

/** They need nothing of the cluster and are in nobody's way. */
export const oneShotPod = {
  restartPolicy: 'Never',
  enableServiceLinks: false,
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: 0,
} as const;

/** Those that work on a node's own paths, or on a file server's, as root, whatever else the node is kept for. */
export const oneShotRoot = {
  tolerations: [{ operator: 'Exists' }],
  securityContext: {
    runAsUser: 0,
    runAsGroup: 0,
    seccompProfile: { type: 'RuntimeDefault' },
    // Where SELinux rules, a confined container may write to no path of the node. Elsewhere it means nothing.
    seLinuxOptions: { type: 'spc_t' },
  },
} as const;
