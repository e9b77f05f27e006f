import { serve } from '../net/server.ts';
import type { Stage } from '../stage.ts';

const port = 4000;
/** It looks for a database on localhost for so long, then keeps its users in memory. */
const databaseWaitMs = 5000;
const loginPage = '<!doctype html><title>EdgeX</title><form action="/login"></form>';

/** ui-go: needs nothing, and answers only after its wait. */
export async function playUi(stage: Stage): Promise<undefined> {
  stage.log.info('connecting to the database at localhost:27017');
  await stage.sleep(databaseWaitMs);
  stage.log.warn('no database: users and gateways are kept in memory');
  const address = { host: undefined, port: Number(stage.env.STANDIN_PORT ?? port) };
  await serve([['GET', '/', () => ({ body: loginPage })]], address, stage);
  return undefined;
}
