import { goError } from '../net/client.ts';
import { number, type Settings, text } from '../registry/settings.ts';
import type { Stage } from '../stage.ts';
import { type Connection, dial, type Protocol, shared } from './connection.ts';
import { encodeCommand, parseReply } from './resp.ts';
import type { Command } from './store.ts';

const dialTimeoutMs = 5000;
/** Fuji's budget for the registry and the database together. */
const bootBudgetMs = 30_000;
const pauseMs = 1000;
/** Between the attempts of the mongo driver within one dial. */
const attemptPauseMs = 500;

/** Redis is dialed by the first command: a service starts, and answers its ping, without it. */
export function openRedis(settings: Settings): Command {
  const host = text(settings, 'Databases/Primary/Host');
  const port = number(settings, 'Databases/Primary/Port');
  return shared(async () => {
    try {
      return await dial(host, port, dialTimeoutMs, { encode: encodeCommand, parse: parseReply });
    } catch (error) {
      throw new Error(`Could not dial Redis: ${goError(error, `${host}:${port}`)}`);
    }
  });
}

/** The lab's mongo: a JSON array a line each way, the first item of a reply says whether it is one or an error. */
export const mongoProtocol: Protocol = {
  encode: (words) => `${JSON.stringify(words)}\n`,
  parse: (bytes, start) => {
    const end = bytes.indexOf('\n', start);
    if (end < 0) return undefined;
    const [ok, reply] = JSON.parse(bytes.toString('utf8', start, end));
    return { reply: ok ? reply : new Error(String(reply)), end: end + 1 };
  },
};

/**
 * Mongo is dialed before the service serves: five dials of 5 s, 1 s between them, out of a budget that has `spentMs`
 * used already. Resolves with undefined when that was in vain. A user that isn't there yet fails a dial at once.
 * Time is counted by what is waited for, not by the clock, so that scaled time gives the same number of dials.
 */
export async function openMongo(settings: Settings, stage: Stage, spentMs: number): Promise<Command | undefined> {
  const connect = (): Promise<Connection> => connectMongo(settings);
  while (spentMs < bootBudgetMs) {
    const dialed = await dialForAWhile(connect, stage);
    if ('connection' in dialed) {
      dialed.connection.close();
      return shared(connect);
    }
    stage.log.error(`couldn't create database client: ${dialed.cause}`);
    await stage.sleep(pauseMs);
    spentMs += dialed.spentMs + pauseMs;
  }
  return undefined;
}

type Dialed = { readonly connection: Connection } | { readonly cause: string; readonly spentMs: number };

async function dialForAWhile(connect: () => Promise<Connection>, stage: Stage): Promise<Dialed> {
  let spentMs = 0;
  while (spentMs <= dialTimeoutMs) {
    try {
      return { connection: await connect() };
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      await stage.sleep(attemptPauseMs);
      spentMs += attemptPauseMs + (code === 'ETIMEDOUT' ? dialTimeoutMs : 0);
      if (code === undefined) return { cause: message, spentMs };
    }
  }
  return { cause: 'no reachable servers', spentMs };
}

async function connectMongo(settings: Settings): Promise<Connection> {
  const of = (name: string): string => text(settings, `Databases/Primary/${name}`);
  const connection = await dial(of('Host'), Number(of('Port')), dialTimeoutMs, mongoProtocol);
  const user = of('Username');
  // Without a user name the original doesn't log in; its mongod runs without authorization.
  if (user !== '') await connection.send(['AUTH', of('Name'), user]);
  return connection;
}
