import * as z from 'zod';
import { askUntil, describeAnswer, type Endpoint, type Patience, parseJson } from './ask.ts';
import type { Reach } from './reach.ts';

/** How the registry runs, by its own word. */
export interface AgentState {
  readonly isServer: boolean;
  /** It keeps everything in memory. */
  readonly isDev: boolean;
  readonly dataDir: string;
}

/** A health check that the registry makes itself. */
export interface HealthCheck {
  /** Under which its service is registered. */
  readonly service: string;
  /** `passing`, `warning` or `critical`; the last one also before it was made for the first time. */
  readonly status: string;
  readonly output: string;
}

const agentSchema = z.object({
  Config: z.object({ Server: z.boolean() }),
  DebugConfig: z.object({ DevMode: z.boolean(), DataDir: z.string() }),
});

const checksSchema = z.record(
  z.string(),
  z.object({ ServiceName: z.string(), Status: z.string(), Output: z.string() }),
);

/**
 * Asks the registry how it runs.
 * @throws BootError `timeout` when it doesn't answer
 */
export function readAgent(reach: Reach, registry: Endpoint, patience: Patience): Promise<AgentState> {
  return askFor(reach, registry, '/v1/agent/self', agentSchema, patience).then(({ Config, DebugConfig }) => ({
    isServer: Config.Server,
    isDev: DebugConfig.DevMode,
    dataDir: DebugConfig.DataDir,
  }));
}

/**
 * Asks the registry what its health checks found.
 * @throws BootError `timeout` when it doesn't answer
 */
export function readHealthChecks(
  reach: Reach,
  registry: Endpoint,
  patience: Patience,
): Promise<readonly HealthCheck[]> {
  return askFor(reach, registry, '/v1/agent/checks', checksSchema, patience).then((checks) =>
    Object.values(checks).map(({ ServiceName, Status, Output }) => ({
      service: ServiceName,
      status: Status,
      output: Output,
    })),
  );
}

function askFor<T>(
  reach: Reach,
  registry: Endpoint,
  path: string,
  schema: z.ZodType<T>,
  patience: Patience,
): Promise<T> {
  return askUntil(
    reach,
    registry,
    { path },
    (answer) => {
      const parsed = answer.status === 200 ? schema.safeParse(parseJson(answer.body)) : undefined;
      return parsed?.success ? { value: parsed.data } : { later: describeAnswer(answer) };
    },
    patience,
  );
}
