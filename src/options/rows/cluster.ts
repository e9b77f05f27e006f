import type { Rows } from '../row.ts';
import { namespaceRule } from '../rules.ts';
import { onArchives, onCluster, onManifests, onStorage } from '../takers.ts';

/** Which cluster, and how it is reached. */
export const clusterRows = {
  kubeconfig: {
    flag: 'kubeconfig',
    type: 'text',
    placeholder: 'FILE',
    group: 'Cluster',
    commands: [...onStorage, ...onArchives, 'status', 'uninstall'],
    help: 'The kubeconfig. Without it: what KUBECONFIG names, ~/.kube/config, then where distributions keep theirs.',
  },
  context: {
    flag: 'context',
    type: 'text',
    placeholder: 'NAME',
    group: 'Cluster',
    commands: [...onStorage, ...onArchives, 'status', 'uninstall'],
    help: "Which of the kubeconfig's contexts to use. Without it: its current one.",
  },
  namespace: {
    flag: 'namespace',
    short: 'n',
    type: 'text',
    placeholder: 'NAME',
    default: 'edgex',
    rule: namespaceRule,
    group: 'Cluster',
    commands: [...onManifests, ...onArchives, 'status', 'uninstall'],
    help: 'The namespace of the installation; made when it is missing.',
  },
  reach: {
    flag: 'reach',
    type: 'choice',
    choices: ['auto', 'direct', 'proxy'],
    default: 'auto',
    group: 'Cluster',
    commands: [...onCluster, 'backup', 'status', 'verify'],
    help: "The way to the services: by ClusterIP, or through the API server's proxy. auto tries them in this order.",
  },
} as const satisfies Rows;
