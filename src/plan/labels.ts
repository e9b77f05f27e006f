/** Marks an object as made by this program; nothing without it is ever changed or deleted. */
export const managedByLabel = 'app.kubernetes.io/managed-by';
export const managedByValue = 'edgex-boot';

/** Which service an object belongs to. The reference deployment selects its pods by this label too. */
export const serviceLabel = 'org.edgexfoundry.service';

/** Kubernetes' own, on every node. */
export const architectureLabel = 'kubernetes.io/arch';

/** Which claim a volume was made for, so that a later installation finds it again. */
export const claimLabel = 'edgex-boot/claim';
export const namespaceLabel = 'edgex-boot/namespace';
/** On a volume of ours whose directory was made and tried: from then on it must be there. */
export const preparedLabel = 'edgex-boot/prepared';

/** How many replicas a Deployment had before it was stopped for a while. Of account only while it has none. */
export const replicasAnnotation = 'edgex-boot/replicas';

/** The labels of every object of an installation. */
export function commonLabels(release: { readonly release: string; readonly version: string }): Record<string, string> {
  return {
    [managedByLabel]: managedByValue,
    'app.kubernetes.io/part-of': 'edgex',
    'app.kubernetes.io/version': release.version,
    'edgex-boot/release': release.release,
  };
}

/** The labels of every object of a service. */
export function serviceLabels(
  service: { readonly name: string; readonly row: { readonly group: string } },
  release: { readonly release: string; readonly version: string },
): Record<string, string> {
  return {
    ...commonLabels(release),
    'app.kubernetes.io/name': service.name,
    'app.kubernetes.io/component': service.row.group,
    [serviceLabel]: service.name,
  };
}
