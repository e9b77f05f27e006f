import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { after, describe, it } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { BootError } from '../../src/base/errors.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { chooseReach } from '../../src/consul/reach.ts';
import type { HttpAnswer, HttpRequest, KubeClient } from '../../src/kube/types.ts';
import { capture } from '../support/exec.ts';
import { selfSigned } from './certificates.ts';

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function serveHttp(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  // A test that leaves a request open must not hold the server.
  server.on('close', () => server.closeAllConnections());
  return listen(server);
}

type Kube = Pick<KubeClient, 'get' | 'proxy'>;

function object(kind: string, name: string, fields: object): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name }, ...fields };
}

/** A cluster of the given objects, by name; its proxy says what it was asked. */
function fakeKube(objects: readonly KubeObject[]): Kube & { readonly gets: string[] } {
  const gets: string[] = [];
  return {
    gets,
    get: async ({ kind, name }) => {
      gets.push(`${kind}/${name}`);
      return objects.find((found) => found.kind === kind && found.metadata.name === name);
    },
    proxy: async (namespace, service, port, request): Promise<HttpAnswer> => ({
      status: 200,
      body: `${namespace} ${service}:${port} ${request.path}`,
    }),
  };
}

function localService(name: string, port = 0): KubeObject {
  return object('Service', name, { spec: { clusterIP: '127.0.0.1', ports: [{ port }] } });
}

describe('the direct way', () => {
  const request = async (port: number, asked: HttpRequest): Promise<HttpAnswer> => {
    const reach = await chooseReach(fakeKube([localService('here')]), 'edgex', 'direct');
    return reach.request('here', port, asked);
  };

  it('carries method, path, body and status', async () => {
    const port = await serveHttp(async (incoming, response) => {
      let body = '';
      for await (const chunk of incoming) body += chunk;
      response.statusCode = 409;
      response.end(`${incoming.method} ${incoming.url} ${body}`);
    });
    assert.deepEqual(await request(port, { method: 'PUT', path: '/v1/txn?x=%3B', body: 'grün' }), {
      status: 409,
      body: 'PUT /v1/txn?x=%3B grün',
    });
  });

  it('looks an address up once', async () => {
    const port = await serveHttp((_incoming, response) => response.end());
    const kube = fakeKube([localService('here')]);
    const reach = await chooseReach(kube, 'edgex', 'direct');
    await reach.request('here', port, { path: '/' });
    await reach.request('here', port, { path: '/' });
    assert.deepEqual(kube.gets, ['Service/here']);
  });

  it('looks it up again after a call that failed: a Service that was made anew has another one', async () => {
    const port = await serveHttp((_incoming, response) => response.end());
    const services = [object('Service', 'here', { spec: { clusterIP: '127.0.0.2', ports: [{ port }] } })];
    const kube = fakeKube(services);
    const reach = await chooseReach(kube, 'edgex', 'direct');
    await assert.rejects(reach.request('here', port, { path: '/' }), BootError);
    services[0] = localService('here');
    assert.equal((await reach.request('here', port, { path: '/' })).status, 200);
    assert.equal(kube.gets.length, 2);
  });

  it('goes to no proxy, whatever the environment says', async () => {
    const port = await serveHttp((_incoming, response) => response.end('straight'));
    const script = `
      const { requestDirectly } = await import('./src/consul/direct.ts');
      const answer = await requestDirectly('x', { host: '127.0.0.1', port: ${port} }, { path: '/' });
      process.stdout.write(answer.body);`;
    const nowhere = 'http://127.0.0.1:1';
    const env = { ...process.env, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: nowhere, http_proxy: nowhere, NO_PROXY: '' };
    const { stdout, stderr } = await capture(process.execPath, ['--input-type=module', '-e', script], { env });
    assert.equal(stdout, 'straight', stderr);
  });

  const failures: readonly [string, () => Promise<number>, RegExp][] = [
    ['nothing listens', async () => 1, /ECONNREFUSED/],
    ['nothing is answered', () => serveHttp(() => {}), /no answer within 0\.3 s/],
    [
      'the answer never ends',
      () =>
        serveHttp((_incoming, response) => {
          const drip = setInterval(() => response.write('.'), 20);
          response.on('close', () => clearInterval(drip));
        }),
      /no answer within 0\.3 s/,
    ],
    [
      'the answer is cut',
      () =>
        serveHttp((_incoming, response) => {
          response.writeHead(200, { 'content-length': '100' });
          response.write('half', () => response.destroy());
        }),
      /aborted|hang up|ECONNRESET/,
    ],
  ];
  for (const [when, serve, cause] of failures) {
    it(`throws when ${when}`, async () => {
      const port = await serve();
      await assert.rejects(request(port, { path: '/x', timeoutMs: 300 }), (error: BootError) => {
        assert.equal(error.details.exit, 'cluster');
        assert.equal(error.details.object, `http://here:${port}/x`);
        assert.match(error.details.cause, cause);
        return true;
      });
    });
  }

  for (const clusterIP of ['None', '', undefined]) {
    it(`throws when the Service's ClusterIP is ${clusterIP}`, async () => {
      const kube = fakeKube([object('Service', 'headless', { spec: { clusterIP } })]);
      const reach = await chooseReach(kube, 'edgex', 'direct');
      await assert.rejects(reach.request('headless', 80, { path: '/' }), /service\/headless: has no ClusterIP/);
    });
  }
});

describe("the API server's way", () => {
  it('names namespace, Service and port', async () => {
    const reach = await chooseReach(fakeKube([]), 'edgex', 'proxy');
    assert.equal(reach.way, 'proxy');
    assert.equal((await reach.request('registry', 8500, { path: '/v1' })).body, 'edgex registry:8500 /v1');
  });
});

describe('the choice of the way', async () => {
  const own = await selfSigned('IP:127.0.0.1');
  const other = await selfSigned('IP:127.0.0.1');
  const elsewhere = await selfSigned('IP:127.0.0.9');
  if (!own || !other || !elsewhere) {
    it('needs openssl for its certificates', { skip: 'no openssl here' }, () => {});
    return;
  }
  const cluster = (port: number, ca = own.cert): Kube =>
    fakeKube([localService('kubernetes', port), object('ConfigMap', 'kube-root-ca.crt', { data: { 'ca.crt': ca } })]);
  const wayOf = async (kube: Kube): Promise<string> => (await chooseReach(kube, 'edgex')).way;

  it("is direct where the API server's own Service answers with the cluster's certificate", async () => {
    assert.equal(await wayOf(cluster(await listen(createTlsServer(own)))), 'direct');
  });

  it('is the proxy where somebody else has the address', async () => {
    assert.equal(await wayOf(cluster(await listen(createTlsServer(other)))), 'proxy');
  });

  it('is the proxy where the certificate is for another address', async () => {
    assert.equal(await wayOf(cluster(await listen(createTlsServer(elsewhere)), elsewhere.cert)), 'proxy');
  });

  it('is the proxy where nothing listens', async () => {
    assert.equal(await wayOf(cluster(1)), 'proxy');
  });

  it('is the proxy where nothing is answered', async () => {
    const port = await listen(createTcpServer((socket) => socket.unref()));
    assert.equal(await wayOf(cluster(port)), 'proxy');
  });

  it('is the proxy where what listens speaks no TLS', async () => {
    assert.equal(await wayOf(cluster(await serveHttp((_incoming, response) => response.end()))), 'proxy');
  });

  it("is the proxy where the cluster doesn't publish its authority", async () => {
    assert.equal(await wayOf(fakeKube([localService('kubernetes', 1)])), 'proxy');
  });

  it('is the proxy where the kubeconfig may not read what it takes', async () => {
    const denied = new BootError({ exit: 'cluster', object: 'services', cause: 'denied' });
    const kube: Kube = { ...fakeKube([]), get: () => Promise.reject(denied) };
    assert.equal(await wayOf(kube), 'proxy');
  });
});
