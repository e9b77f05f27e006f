import * as z from 'zod';
import { askUntil, describeAnswer, type Endpoint, type Patience, parseJson } from './ask.ts';
import type { Reach } from './reach.ts';

const servicesSchema = z.record(z.string(), z.object({ Service: z.string() }));

/**
 * The names under which services are registered. The agent is asked, which takes the registrations: what it knows is
 * there as soon as it answers, while the catalogue follows some moments later.
 * @throws BootError `timeout` when Consul doesn't answer
 */
export function readRegistrations(reach: Reach, registry: Endpoint, patience: Patience): Promise<ReadonlySet<string>> {
  return askUntil(
    reach,
    registry,
    { path: '/v1/agent/services' },
    (answer) => {
      const services = servicesSchema.safeParse(parseJson(answer.body));
      if (answer.status !== 200 || !services.success) return { later: describeAnswer(answer) };
      return { value: new Set(Object.values(services.data).map(({ Service }) => Service)) };
    },
    patience,
  );
}
