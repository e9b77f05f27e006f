import type { Stage } from '../stage.ts';
import { dial } from '../store/connection.ts';
import { mongoProtocol } from '../store/databases.ts';
import { mongoPort, usersKey } from './server.ts';

const timeoutMs = 5000;

/**
 * The mongo shell, as far as a probe uses it: `mongo --quiet --eval "quit(<count of system.users> == 9 ? 0 : 1)"` asks
 * the server on localhost. Of the script only the figure is read; one without a figure asks for an answer alone.
 */
export async function playMongoShell(stage: Stage): Promise<number> {
  const script = stage.args.join(' ');
  const wanted = /==\s*(\d+)/.exec(script)?.[1];
  try {
    const connection = await dial('127.0.0.1', Number(stage.env.STANDIN_PORT ?? mongoPort), timeoutMs, mongoProtocol);
    const count = await connection.send(['HLEN', usersKey]);
    connection.close();
    return wanted === undefined || count === Number(wanted) ? 0 : 1;
  } catch (error) {
    process.stderr.write(
      `Error: couldn't connect to server 127.0.0.1: ${error instanceof Error ? error.message : error}\n`,
    );
    return 1;
  }
}
