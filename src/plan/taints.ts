import type { Taint } from '../facts/types.ts';
import type { ServiceRow } from './release.ts';

/**
 * True when a taint keeps no new pod of a service away, as Kubernetes' scheduler sees it (core/v1 Toleration).
 */
export function isBorne(taint: Taint, { tolerations }: Pick<ServiceRow, 'tolerations'>): boolean {
  if (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') return true;
  return tolerations.some(({ key, operator = 'Equal', value = '', effect }) => {
    if (effect !== undefined && effect !== taint.effect) return false;
    if (operator === 'Exists') return key === undefined || key === taint.key;
    return key === taint.key && value === (taint.value ?? '');
  });
}
