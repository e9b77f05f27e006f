import type { KubeObject } from '../base/kube-types.ts';
import { managedByLabel, managedByValue } from './labels.ts';

/** True for what this program made. Everything else is somebody's own, whatever its name. */
export function isManaged({ metadata }: KubeObject): boolean {
  return metadata.labels?.[managedByLabel] === managedByValue;
}
