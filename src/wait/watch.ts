import { isBootError } from '../base/errors.ts';
import type { Emit } from '../base/events.ts';
import type { KubeObject } from '../base/kube-types.ts';
import type { Clock } from '../base/time.ts';
import { hasStatus } from '../kube/errors.ts';
import type { KubeClient } from '../kube/types.ts';
import { managedByLabel, managedByValue } from '../plan/labels.ts';
import type { PlannedService } from '../plan/types.ts';
import { groupViews, type ServiceView } from './views.ts';

/** Looks at a namespace by LIST, again and again. It asks for events only where these are wanted: they are many. */
export interface Watch {
  /** @param wantsEvents the events may be needed to understand what is there */
  look(wantsEvents: boolean): Promise<LookAround>;
  /** The newest look once more, with the events of now if they can be had. */
  lookCloser(): Promise<readonly ServiceView[]>;
}

export interface LookAround {
  readonly views: readonly ServiceView[];
  /** Something is other than at the last look. */
  readonly hasChanged: boolean;
}

export interface WatchContext {
  readonly kube: Pick<KubeClient, 'list'>;
  readonly namespace: string;
  readonly clock: Clock;
  readonly emit: Emit;
}

const eventsEveryMs = 4_000;

/** A watch of the installation in a namespace, sorted by these services. */
export function openWatch(services: readonly PlannedService[], { kube, namespace, clock, emit }: WatchContext): Watch {
  const labelSelector = `${managedByLabel}=${managedByValue}`;
  let deployments: readonly KubeObject[] = [];
  let pods: readonly KubeObject[] = [];
  let events: readonly KubeObject[] = [];
  let eventsAtMs = Number.NEGATIVE_INFINITY;
  let mayListEvents = true;
  let versions: string | undefined;

  const listEvents = async (): Promise<void> => {
    if (!mayListEvents) return;
    try {
      events = await kube.list('v1', 'Event', { namespace });
      eventsAtMs = clock.now();
    } catch (error) {
      if (!hasStatus(error, 403)) throw error;
      mayListEvents = false;
      const object = `events in namespace ${namespace}`;
      emit({ type: 'warning', object, message: 'not to be listed with these rights, so causes may stay unknown' });
    }
  };

  const views = (): readonly ServiceView[] => groupViews(services, namespace, { deployments, pods, events });

  return {
    look: async (wantsEvents) => {
      const isDue = wantsEvents && clock.now() - eventsAtMs >= eventsEveryMs;
      [deployments, pods] = await Promise.all([
        kube.list('apps/v1', 'Deployment', { namespace, labelSelector }),
        kube.list('v1', 'Pod', { namespace, labelSelector }),
        isDue ? listEvents() : undefined,
      ]);
      const before = versions;
      versions = [...deployments, ...pods].map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`).join();
      return { views: views(), hasChanged: versions !== before };
    },
    lookCloser: async () => {
      await listEvents().catch((error: unknown) => {
        if (!isBootError(error)) throw error;
      });
      return views();
    },
  };
}
