import type { KubeObject } from '../../base/kube-types.ts';
import { serviceLabel } from '../../plan/labels.ts';
import type { ServiceFacts } from '../facts.ts';

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[];
}

/** What keeps a Kubernetes Service from leading to its pods; undefined when nothing does. */
export function portTrouble({ planned: { name, row }, service }: ServiceFacts): string | undefined {
  if (!service) return 'it is not there';
  const { selector = {}, ports = [] } = (service as KubeObject & { readonly spec?: ServiceSpec }).spec ?? {};
  const isOpen = (wanted: number) =>
    ports.some(({ port, targetPort = port }) => port === wanted && String(targetPort) === String(wanted));
  const missing = row.ports.filter(({ port }) => !isOpen(port)).map(({ port }) => port);
  if (missing.length > 0) return `it lacks port ${missing.join(', ')}`;
  const isOwn = Object.keys(selector).length === 1 && selector[serviceLabel] === name;
  return isOwn
    ? undefined
    : `it leads to ${
        Object.entries(selector)
          .map(([key, value]) => `${key}=${value}`)
          .join(', ') || 'nothing'
      }`;
}
