import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { programPath, resultPath } from '../../src/report/cloud-init.ts';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/require.ts';
import { boot, eventCount, inNamespace } from '../support/boot.ts';
import { type DebianNode, withDebianNode } from '../support/debian-node.ts';
import { readKey, smallWith, writeKey } from '../support/services.ts';
import { startUnit, type UnitRun } from '../support/unit.ts';

/**
 * A node sets itself up: what `cloud-init` printed lies on it, and its unit is run as systemd would. Nobody is there,
 * and the power may go at any moment. `EDGEX_LAB_ROUNDS=20` cuts it as often, `EDGEX_LAB_ALL=1` lets the cluster come a
 * minute late.
 */
const rounds = Number(process.env.EDGEX_LAB_ROUNDS ?? 2);
const seed = Number(process.env.EDGEX_LAB_SEED ?? 20_261_124);
const lateMs = process.env.EDGEX_LAB_ALL ? 60_000 : 10_000;
const binary = 'dist/edgex-boot';
/** By default every second cut takes the whole node. */
const nodeCutEvery = 2;

interface Result {
  readonly ok: boolean;
  readonly writes: number;
  readonly requests: number;
  readonly elapsedMs: number;
}

labTest('the unit sets up a node at its first boot, and does nothing at the second', async (lab, context) => {
  const namespace = 'fb-first';
  await inNamespace(lab, namespace, () =>
    withDebianNode(async (node) => {
      const program = await readFile(binary);
      const sha256 = createHash('sha256').update(program).digest('hex');
      const posted: Result[] = [];
      await withHttp(program, posted, async (url) => {
        const site = siteOf(namespace, ['device-virtual']);
        const source = ['--binary-url', `${url}/edgex-boot`, '--binary-sha256', sha256];
        await setUp(lab, node, site, ...source, '--webhook', `${url}/result`);

        const apiServer = await reservePort();
        const first = await startUnit(node);
        await delay(lateMs / 2);
        await putKubeconfig(lab, node, `https://127.0.0.1:${apiServer.port}`);
        await delay(lateMs / 2);
        const close = await apiServer.lead(new URL(await serverOf(lab)));
        try {
          const { code, journal } = await first.ended;
          assert.equal(code, 0, journal);
          assert.match(journal, /waiting for a kubeconfig/);
          assert.match(journal, /waiting for the API server to answer/);
          const result = await readResult(node);
          assert.equal(result.ok, true);
          assert.ok(result.writes > 0);
          assert.ok((await eventCount(lab, namespace)) > 0);

          const second = await (await startUnit(node)).ended;
          assert.equal(second.code, 0, second.journal);
          assert.deepEqual([(await readResult(node)).ok, (await readResult(node)).writes], [true, 0]);
          assert.deepEqual(
            posted.map(({ ok, writes }) => [ok, writes]),
            [
              [true, result.writes],
              [true, 0],
            ],
          );
          context.diagnostic(`${lateMs / 1000} s late; ${result.requests} requests, ${result.writes} writes`);
        } finally {
          close();
        }
      });
    }),
  );
});

labTest(
  `whenever the power is cut, the next boot ends it and nothing is lost, ${rounds} times`,
  async (lab, context) => {
    const namespace = 'fb-cut';
    await inNamespace(lab, namespace, () =>
      withDebianNode(async (node) => {
        await setUp(lab, node, siteOf(namespace, []));
        await copyFile(binary, node.at(programPath));
        await putKubeconfig(lab, node, await serverOf(lab));
        const startedMs = performance.now();
        await endsWell(node, await startUnit(node));
        const wholeMs = performance.now() - startedMs;
        await writeKey(lab, namespace, marker, 'kept');
        await writeKey(lab, namespace, ownSetting, 'WARN');

        const random = randomFrom(seed);
        const failed: string[] = [];
        for (let round = 0; round < rounds; round++) {
          const { code, stderr } = await boot(lab, ['uninstall', '--namespace', namespace]);
          assert.equal(code, 0, stderr);
          const afterMs = Math.round(random() * wholeMs);
          const cutsNode = round % nodeCutEvery === 1;
          const cut = await startUnit(node);
          const isOver = await Promise.race([cut.ended.then(() => true), delay(afterMs, false)]);
          cut.cutPower();
          if (cutsNode) await lab.nodeKill('node1');
          await cut.ended;
          if (cutsNode) await lab.nodeStart('node1');

          const beganMs = performance.now();
          await endsWell(node, await startUnit(node));
          const tookMs = performance.now() - beganMs;
          assert.equal(await readKey(lab, namespace, marker), 'kept');
          assert.equal(await readKey(lab, namespace, ownSetting), 'WARN', 'what a person has set');
          await endsWell(node, await startUnit(node));
          const { writes } = await readResult(node);
          const what = `${cutsNode ? 'node and program' : 'program'} after ${afterMs} ms${isOver ? ' (it had ended)' : ''}`;
          context.diagnostic(
            `round ${round}: ${what}; next boot ready after ${Math.round(tookMs)} ms, then ${writes} writes`,
          );
          if (writes !== 0) failed.push(`round ${round}: ${writes} writes`);
        }
        context.diagnostic(`seed ${seed}, a whole run ${Math.round(wholeMs)} ms`);
        assert.deepEqual(failed, []);
      }),
    );
  },
);

const marker = 'somebody/else';
const ownSetting = 'edgex/core/1.0/edgex-core-data/Writable/LogLevel';

function siteOf(namespace: string, wanted: readonly string[]): string {
  const [, database, , without = ''] = smallWith('redis', ...wanted);
  const content = { site: 'first boot', namespace, database, without: without.split(','), verify: wanted.length > 0 };
  return stringify(content);
}

/** Has the program print user-data for a site, and puts it on the node. */
async function setUp(lab: Lab, node: DebianNode, site: string, ...args: readonly string[]): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'edgex-boot-site-'));
  try {
    await writeFile(join(dir, 'site.yaml'), site);
    const { code, stdout, stderr } = await boot(lab, ['cloud-init', '--config', join(dir, 'site.yaml'), ...args]);
    assert.equal(code, 0, stderr);
    await node.writeFiles(stdout);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function endsWell(node: DebianNode, run: UnitRun): Promise<void> {
  const { code, journal } = await run.ended;
  assert.equal(code, 0, journal);
  assert.equal((await readResult(node)).ok, true, journal);
  assert.equal((await stat(node.at(resultPath))).mode & 0o777, 0o644);
  assert.equal(existsSync(`${node.at(resultPath)}.partial`), false);
}

async function readResult(node: DebianNode): Promise<Result> {
  return JSON.parse(await readFile(node.at(resultPath), 'utf8'));
}

/** As k3s has it: under its own path, for root alone. */
async function putKubeconfig(lab: Lab, node: DebianNode, server: string): Promise<void> {
  const text = (await readFile(lab.kubeconfig, 'utf8')).replace(await serverOf(lab), server);
  await writeFile(node.at('/etc/rancher/k3s/k3s.yaml'), text, { mode: 0o600 });
}

async function serverOf(lab: Lab): Promise<string> {
  const [server = ''] = /https:[^"\s]+/.exec(await readFile(lab.kubeconfig, 'utf8')) ?? [];
  return server;
}

/** A port of this machine that refuses connections until it leads to a server. */
async function reservePort(): Promise<{ readonly port: number; lead(target: URL): Promise<() => void> }> {
  const probe = createServer();
  const port = await listen(probe, 0);
  await new Promise((resolve) => probe.close(resolve));
  return {
    port,
    lead: async ({ hostname, port: to }) => {
      const forward = createServer((inside) => {
        const outside = connect(Number(to), hostname);
        for (const [socket, other] of [
          [inside, outside],
          [outside, inside],
        ] as const) {
          socket.pipe(other);
          socket.on('error', () => other.destroy()).on('close', () => other.destroy());
        }
      });
      await listen(forward, port);
      return () => forward.close();
    },
  };
}

/** Serves the program, and takes what is posted. */
async function withHttp(program: Buffer, posted: Result[], work: (url: string) => Promise<void>): Promise<void> {
  const server = createHttpServer(async (request, response) => {
    if (request.method === 'GET') return response.end(program);
    let text = '';
    for await (const chunk of request) text += chunk;
    posted.push(JSON.parse(text));
    return response.end();
  });
  const port = await listen(server, 0);
  try {
    await work(`http://127.0.0.1:${port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruence, as in the C standard. */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}
