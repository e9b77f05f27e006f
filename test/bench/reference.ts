import type { KubeObject } from '../../src/base/kube-types.ts';
import { serviceLabel } from '../../src/plan/labels.ts';
import type { Plan } from '../../src/plan/types.ts';

/**
 * The reference deployment's procedure, to measure against: everything is created by hand, one object after another,
 * each time waiting until Kubernetes calls it available; pods that run once are looked at every second. No probes, no gates, Consul in its development mode, the settings
 * brought by a pod. Made from the release's own rows, so that both sides start the same programs with the same ports.
 */

/** The order that the procedure prescribes, behind Consul and the seeding; the database's place is its first. */
const order = [
  'edgex-support-logging',
  'edgex-support-notifications',
  'edgex-core-metadata',
  'edgex-core-data',
  'edgex-core-command',
  'edgex-support-scheduler',
  'edgex-support-rulesengine',
  'edgex-app-service-configurable-rules',
  'edgex-device-virtual',
  'edgex-sys-mgmt-agent',
  'edgex-ui-go',
];
const ownNameServices = new Set(
  order.filter((name) => /edgex-(core|support|sys)/.test(name) && !name.endsWith('engine')),
);

export interface Step {
  readonly title: string;
  /** Created one by one. */
  readonly objects: readonly KubeObject[];
  /** What has to hold before the next step: that a Deployment is available, or that a pod has succeeded. */
  readonly wait?: { readonly available: string } | { readonly succeeded: string };
}

/** The steps of the procedure. The volumes must lead to directories that are there. */
export function referenceSteps({ objects, database, release, namespace }: Plan): readonly Step[] {
  const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
  const deployments = new Map(ofKind('Deployment').map((object) => [object.metadata.name, bare(object)]));
  const databaseName = Object.entries(release.services).find(([, row]) => row.database === database)?.[0] ?? '';
  const deploy = (name: string): Step => ({
    title: name,
    objects: [deployments.get(name)].filter((object) => object !== undefined),
    wait: { available: name },
  });
  const common = release.environments.common ?? {};
  const claims = ofKind('PersistentVolumeClaim').map(({ metadata }) => metadata.name);
  return [
    { title: 'volumes', objects: ofKind('PersistentVolume') },
    { title: 'claims', objects: ofKind('PersistentVolumeClaim') },
    { title: 'services', objects: ofKind('Service') },
    runOnce('edgex-files', 'edgexfoundry/docker-edgex-volume:1.1.0', namespace, {
      command: ['sh', '-c', 'cp -a /data/db/* /tmp/data/db; cp -a /edgex/logs/* /tmp/edgex/logs; true'],
      claims: Object.fromEntries(claims.map((claim) => [claim, `/tmp/${claim}`])),
    }),
    deploy('edgex-core-consul'),
    runOnce('edgex-core-config-seed', 'edgexfoundry/docker-core-config-seed-go:1.1.0', namespace, { env: common }),
    deploy(databaseName),
    ...order.map(deploy),
  ];
}

/** A Deployment as the reference has it: the image's own defaults, an own host name, and nothing that asks or guards. */
function bare(deployment: KubeObject): KubeObject {
  const name = deployment.metadata.name;
  const template = structuredClone((deployment.spec as { template: PodTemplate }).template);
  const [container] = template.spec.containers;
  const env = (container?.env ?? []).filter((each) => each.name !== 'GODEBUG');
  if (ownNameServices.has(name)) env.push({ name: 'GODEBUG', value: 'netdns=cgo' });
  return {
    ...deployment,
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { [serviceLabel]: name } },
      template: {
        metadata: { labels: template.metadata.labels },
        spec: {
          hostname: name,
          containers: [
            {
              name,
              image: container?.image,
              ports: container?.ports,
              env,
              ...(container?.volumeMounts ? { volumeMounts: container.volumeMounts } : {}),
            },
          ],
          ...(template.spec.volumes ? { volumes: template.spec.volumes } : {}),
        },
      },
    },
  };
}

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly containers: readonly {
      readonly image: string;
      readonly ports: unknown;
      readonly env?: { name: string; value: string }[];
      readonly volumeMounts?: unknown;
    }[];
    readonly volumes?: unknown;
  };
}

interface RunOnce {
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly claims?: Readonly<Record<string, string>>;
}

function runOnce(name: string, image: string, namespace: string, { command, env = {}, claims = {} }: RunOnce): Step {
  const names = Object.keys(claims);
  return {
    title: name,
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace },
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name,
              image,
              ...(command ? { command } : {}),
              env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
              volumeMounts: names.map((claim) => ({ name: claim, mountPath: claims[claim] })),
            },
          ],
          volumes: names.map((claim) => ({ name: claim, persistentVolumeClaim: { claimName: claim } })),
        },
      },
    ],
    wait: { succeeded: name },
  };
}
