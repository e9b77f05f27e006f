import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { kubeconfigFor } from '../../kube/fake-api.ts';
import { apiUrl } from '../../lab/addresses.ts';
import { pkiDir } from '../../lab/pki.ts';

/** What comes out instead of what the API server said. */
export interface Tampering {
  /** The parsed body of an answer to a path; undefined leaves it as it is. */
  readonly body?: (path: string, body: Json) => Json | undefined;
  /** By how much the API server's date is moved. */
  readonly dateMs?: number;
}

export type Json = { [key: string]: unknown };

/**
 * A kubeconfig that leads to the lab's API server by way of somebody who changes its answers: for what can't be broken
 * in a cluster that others use as well.
 */
export async function tamperedKubeconfig({
  body: change,
  dateMs = 0,
}: Tampering): Promise<{ readonly path: string; readonly close: () => Promise<void> }> {
  const pem = (name: string) => readFileSync(join(pkiDir, name));
  const identity = { ca: pem('ca.crt'), cert: pem('admin.crt'), key: pem('admin.key') };
  const server = createServer((incoming, outgoing) => {
    const { method, url = '/', headers } = incoming;
    const { host: _, authorization: __, 'accept-encoding': ___, ...rest } = headers;
    const onward = request(new URL(url, apiUrl), { ...identity, method, headers: rest }, async (answer) => {
      const raw = await buffer(answer);
      const changed = change && answer.statusCode === 200 ? change(url, parse(raw)) : undefined;
      const text = changed ? Buffer.from(JSON.stringify(changed)) : raw;
      const date = new Date(Date.now() + dateMs).toUTCString();
      const { 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, { ...kept, date, 'content-length': text.length }).end(text);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-test-'));
  const path = join(folder, 'kubeconfig');
  await writeFile(path, kubeconfigFor(`http://127.0.0.1:${port}`).document);
  return {
    path,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

function parse(raw: Buffer): Json {
  try {
    return JSON.parse(raw.toString()) as Json;
  } catch {
    return {};
  }
}

/** Changes every item of the lists at these paths. */
export function tamperItems(path: string, change: (item: Json) => Json): Tampering {
  return {
    body: (asked, body) =>
      asked.split('?', 1)[0] === path && Array.isArray(body.items)
        ? { ...body, items: body.items.map((item) => change(item as Json)) }
        : undefined,
  };
}
