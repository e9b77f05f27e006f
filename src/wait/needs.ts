import { describeGate, providerOf } from '../plan/gates.ts';
import type { PlannedService } from '../plan/types.ts';

/** One of the things that a service waits for in its gates. */
export interface Need {
  /** Whose answer it is. */
  readonly service: string;
  /** In people's words. */
  readonly description: string;
  /** True when that service may be ready long before it gives this answer. */
  readonly later: boolean;
}

/** A service's needs, in the order in which its pod waits for them. */
export function needsOf({ gates }: Pick<PlannedService, 'gates'>): readonly Need[] {
  return gates.map((gate) => ({
    service: providerOf(gate),
    description: describeGate(gate),
    later: gate.kind === 'keys' || gate.kind === 'registered',
  }));
}
