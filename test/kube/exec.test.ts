import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { isBootError } from '../../src/base/errors.ts';
import { hasStatus } from '../../src/kube/errors.ts';
import type { ExecEnd, ExecRequest } from '../../src/kube/types.ts';
import { openTest } from './fake-api.ts';

const success = JSON.stringify({ kind: 'Status', status: 'Success' });
const request = {
  namespace: 'edgex',
  pod: 'p',
  container: 'c',
  command: ['sh', '-c', 'echo "a b" & c'],
  signal: new AbortController().signal,
};

interface Served {
  readonly paths: string[];
  readonly exec: (more?: Partial<ExecRequest>) => Promise<ExecEnd>;
}

/** An API server that answers an exec like this. */
async function serve(
  t: TestContext,
  answer: (socket: WebSocket) => void,
  protocol = 'v5.channel.k8s.io',
): Promise<Served> {
  const paths: string[] = [];
  const http = createServer();
  const server = new WebSocketServer({ server: http, handleProtocols: () => protocol });
  server.on('connection', (socket, { url }) => {
    paths.push(url ?? '');
    answer(socket);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const client of server.clients) client.terminate();
    http.closeAllConnections();
    http.close();
  });
  const { kube } = openTest(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  return { paths, exec: (more = {}) => kube.exec({ ...request, ...more }) };
}

const message = (channel: number, text: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(channel), Buffer.from(text)]);

/** Collects output. */
function collector(): { readonly stdout: (chunk: Buffer) => Promise<void>; readonly text: () => string } {
  const chunks: Buffer[] = [];
  return {
    stdout: async (chunk) => {
      await new Promise(setImmediate);
      chunks.push(chunk);
    },
    text: () => Buffer.concat(chunks).toString(),
  };
}

test('output comes in its order, and whole: the status may overtake it', async (t) => {
  const { exec, paths } = await serve(t, (socket) => {
    socket.send(message(1, 'one '));
    socket.send(message(3, success));
    socket.send(message(2, 'a word\n'));
    socket.send(message(1, 'two'));
    socket.close();
  });
  const { stdout, text } = collector();
  assert.deepEqual(await exec({ stdout }), { exitCode: 0, stderr: 'a word' });
  assert.equal(text(), 'one two');
  const { pathname, searchParams } = new URL(paths[0] ?? '', 'http://x');
  assert.equal(pathname, '/api/v1/namespaces/edgex/pods/p/exec');
  assert.deepEqual(searchParams.getAll('command'), request.command);
  assert.deepEqual([searchParams.get('stdin'), searchParams.get('stdout')], ['false', 'true']);
});

test('the exit code of the command is told', async (t) => {
  const { exec } = await serve(t, (socket) => {
    const causes = [{ reason: 'ExitCode', message: '7' }];
    socket.send(message(3, JSON.stringify({ kind: 'Status', status: 'Failure', details: { causes } })));
    socket.close();
  });
  assert.equal((await exec()).exitCode, 7);
});

test('a command that can not be run is an error in the words of the node', async (t) => {
  const { exec } = await serve(t, (socket) => {
    socket.send(message(3, JSON.stringify({ kind: 'Status', status: 'Failure', message: 'container not running' })));
    socket.close();
  });
  await assert.rejects(exec(), (error) => isBootError(error) && /container not running/.test(error.details.cause));
});

test('a connection that ends before the command is an error, whatever came before', async (t) => {
  const { exec } = await serve(t, (socket) => {
    socket.send(message(1, 'half'), () => socket.terminate());
  });
  const { stdout } = collector();
  await assert.rejects(exec({ stdout }), { trouble: 'lost' });
});

test('a slow reader is not overrun', async (t) => {
  const piece = message(1, Buffer.alloc(64 * 1024));
  const count = 400;
  let sent = 0;
  const { exec } = await serve(t, async (socket) => {
    for (; sent < count; sent++) await new Promise<void>((resolve) => socket.send(piece, () => resolve()));
    socket.send(message(3, success));
    socket.close();
  });
  let bytes = 0;
  let aheadAtMost = 0;
  const stdout = async (chunk: Buffer): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    bytes += chunk.length;
    aheadAtMost = Math.max(aheadAtMost, sent - bytes / (64 * 1024));
  };
  await exec({ stdout });
  assert.equal(bytes, count * 64 * 1024);
  // What the sockets' buffers hold counts, too.
  assert.ok(aheadAtMost < count / 2, `${aheadAtMost} pieces ahead`);
});

test('a reader that fails ends it', async (t) => {
  const { exec } = await serve(t, (socket) => socket.send(message(1, 'x')));
  await assert.rejects(exec({ stdout: () => Promise.reject(new Error('disk full')) }), /disk full/);
});

for (const [protocol, ends] of [
  ['v5.channel.k8s.io', true],
  ['v4.channel.k8s.io', false],
] as const) {
  test(`input arrives in pieces that fit, and ${protocol} ${ends ? 'is told' : 'can not be told'} its end`, async (t) => {
    const input: Buffer[] = [];
    const sizes: number[] = [];
    let isClosed = false;
    const whole = 100_000;
    const { exec } = await serve(
      t,
      (socket) =>
        socket.on('message', (data: Buffer) => {
          if (data[0] === 255) isClosed = true;
          else input.push(data.subarray(1));
          sizes.push(data.length);
          const isWhole = Buffer.concat(input).length === whole;
          if (!isWhole || (ends && !isClosed)) return;
          socket.send(message(3, success));
          socket.close();
        }),
      protocol,
    );
    const stdin = (async function* () {
      yield Buffer.alloc(whole - 1, 'a');
      yield Buffer.from('z');
    })();
    assert.equal((await exec({ stdin })).exitCode, 0);
    assert.equal(Buffer.concat(input).toString(), `${'a'.repeat(whole - 1)}z`);
    assert.equal(isClosed, ends);
    assert.ok(Math.max(...sizes) <= 32 * 1024 + 1);
  });
}

test('a command that ends before it has read all is no error of the connection', async (t) => {
  const { exec } = await serve(t, (socket) =>
    socket.once('message', () => {
      socket.send(message(3, success));
      socket.close();
    }),
  );
  const stdin = (async function* () {
    for (let i = 0; i < 50; i++) yield Buffer.alloc(64 * 1024);
  })();
  assert.equal((await exec({ stdin })).exitCode, 0);
});

test('an abort ends it at once, with its own reason', async (t) => {
  const { exec } = await serve(t, (socket) => socket.send(message(1, 'x')));
  const controller = new AbortController();
  const stdout = async (): Promise<void> => controller.abort(new Error('told to stop'));
  await assert.rejects(exec({ stdout, signal: controller.signal }), /told to stop/);
});

test('a refusal is told in the words of the API server', async (t) => {
  const http = createServer();
  http.on('upgrade', (_, socket) => {
    const words = 'pods "p" is forbidden: User "u" cannot create resource "pods/exec"';
    const body = JSON.stringify({ kind: 'Status', reason: 'Forbidden', message: words });
    socket.end(`HTTP/1.1 403 Forbidden\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.after(() => http.close());
  const { kube } = openTest(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  await assert.rejects(kube.exec(request), (error) => {
    assert.ok(hasStatus(error, 403));
    return isBootError(error) && /^denied: User "u" cannot create/.test(error.details.cause);
  });
});

test('a server that is not there is told as such', async () => {
  const { kube } = openTest('http://127.0.0.1:9');
  await assert.rejects(kube.exec(request), { trouble: 'refused' });
});
