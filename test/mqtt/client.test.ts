import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, connect as openSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connectAsync } from 'mqtt';
import type { BrokerAddress } from '../../src/mqtt/address.ts';
import { type Broker, type BrokerLogin, type Message, openBroker } from '../../src/mqtt/client.ts';
import type { Dialling, TlsLogin } from '../../src/mqtt/socket.ts';
import { BrokerError, type BrokerTrouble } from '../../src/mqtt/trouble.ts';
import { freePorts } from '../lab/standin/support/run.ts';
import { type Authority, makeAuthority } from './certificates.ts';
import { type MosquittoHome, mosquittoHome, mosquittoMissing } from './mosquitto.ts';

/** Each way in which a broker can be of no use, against Mosquitto itself set up that way. */

const skip = mosquittoMissing() ?? false;
const user = 'technician';
const password = 'right';

interface World {
  readonly home: MosquittoHome;
  readonly authority: Authority;
  readonly stranger: Authority;
}

async function makeWorld(test: TestContext): Promise<World> {
  const home = await mosquittoHome(test);
  const authority = makeAuthority(join(home.directory, 'authority'));
  return { home, authority, stranger: makeAuthority(join(home.directory, 'stranger')) };
}

interface Connecting extends BrokerLogin, TlsLogin {
  readonly port: number;
  readonly isTls?: boolean;
  readonly host?: string;
  readonly signal?: AbortSignal;
}

async function connect(test: TestContext, { port, isTls = false, host = '127.0.0.1', ...given }: Connecting) {
  const { username, password: secret, signal = AbortSignal.timeout(20_000), ...tls } = given;
  const address: BrokerAddress = { host, port, isTls };
  const login = { ...(username && { username }), ...(secret && { password: secret }) };
  const dialling: Dialling = { tls, timeoutMs: 1_000, signal };
  const broker = await openBroker(address, login, dialling);
  test.after(() => broker.close());
  return broker;
}

const valid = { from: '20000101000000Z', to: '20991231000000Z' };
const past = { from: '20000101000000Z', to: '20010101000000Z' };
const future = { from: '20980101000000Z', to: '20991231000000Z' };

/** Starts a broker with TLS on an address, and tells how to connect to it. */
async function startTls(
  { home, authority }: World,
  names: string,
  validity = valid,
  more: readonly string[] = [],
): Promise<Connecting> {
  const { cert, key } = authority.sign(names, validity);
  const tls = [`cafile ${authority.certificate}`, `certfile ${cert}`, `keyfile ${key}`];
  const { port } = await home.start(['allow_anonymous true', ...tls, ...more]);
  return { port, isTls: true, ca: readFileSync(authority.certificate, 'utf8') };
}

const own = 'IP:127.0.0.1';
const mutual = ['require_certificate true'];

interface Case {
  readonly what: string;
  readonly trouble: BrokerTrouble;
  readonly cause: RegExp;
  readonly hint: RegExp;
  /** Sets the world up, and tells how to connect. */
  readonly given: (world: World, test: TestContext) => Promise<Connecting>;
}

const troubles: readonly Case[] = [
  {
    what: 'nobody listens',
    trouble: 'refused',
    cause: /nothing listens/,
    hint: /host and port/,
    given: async () => ({ port: (await freePorts(1))[0] ?? 0 }),
  },
  {
    what: 'whoever listens says nothing',
    trouble: 'silent',
    cause: /says nothing/,
    hint: /hangs/,
    given: async (_, t) => ({ port: await listen(t) }),
  },
  {
    what: 'whoever listens says nothing when TLS begins',
    trouble: 'silent',
    cause: /says nothing/,
    hint: /hangs/,
    given: async (_, t) => ({ port: await listen(t), isTls: true }),
  },
  {
    what: 'the name has no address',
    trouble: 'unresolved',
    cause: /no address/,
    hint: /DNS/,
    given: async () => ({ host: 'broker.invalid', port: 1883 }),
  },
  {
    what: 'a wrong password',
    trouble: 'password',
    cause: /does not let this user in/,
    hint: /--mqtt-password-file/,
    given: async ({ home }) => ({ ...(await startGuarded(home)), username: user, password: 'wrong' }),
  },
  {
    what: 'no user where one is wanted',
    trouble: 'password',
    cause: /does not let this user in/,
    hint: /--mqtt-username/,
    given: ({ home }) => startGuarded(home),
  },
  {
    what: 'the certificate of an unknown authority',
    trouble: 'stranger',
    cause: /not trusted here/,
    hint: /--mqtt-ca/,
    given: async (world) => ({
      ...(await startTls(world, own)),
      ca: readFileSync(world.stranger.certificate, 'utf8'),
    }),
  },
  {
    what: 'no authority given for a private one',
    trouble: 'stranger',
    cause: /not trusted here/,
    hint: /--mqtt-ca/,
    given: async (world) => {
      const { ca: _, ...rest } = await startTls(world, own);
      return rest;
    },
  },
  {
    what: 'a certificate for another name',
    trouble: 'misnamed',
    cause: /for another name \(for DNS:elsewhere\)/,
    hint: /name or address of the certificate/,
    given: (world) => startTls(world, 'DNS:elsewhere'),
  },
  {
    what: 'a certificate that has expired',
    trouble: 'expired',
    cause: /has expired/,
    hint: /clock/,
    given: (world) => startTls(world, own, past),
  },
  {
    what: 'a certificate of the future',
    trouble: 'early',
    cause: /not valid yet/,
    hint: /clock/,
    given: (world) => startTls(world, own, future),
  },
  {
    what: 'no client certificate where one is wanted',
    trouble: 'uncertified',
    cause: /client certificate/,
    hint: /--mqtt-cert and --mqtt-key/,
    given: (world) => startTls(world, own, valid, mutual),
  },
  {
    what: 'no client certificate where one is wanted, in TLS 1.2',
    trouble: 'uncertified',
    cause: /client certificate/,
    hint: /--mqtt-cert and --mqtt-key/,
    given: (world) => startTls(world, own, valid, [...mutual, 'tls_version tlsv1.2']),
  },
  {
    what: 'a client certificate of somebody else',
    trouble: 'uncertified',
    cause: /client certificate/,
    hint: /--mqtt-cert and --mqtt-key/,
    given: async (world) => {
      const pair = world.stranger.sign('DNS:client');
      return { ...(await startTls(world, own, valid, mutual)), ...readPair(pair) };
    },
  },
  {
    what: 'a file that is no certificate',
    trouble: 'handshake',
    cause: /TLS/,
    hint: /./,
    given: async (world) => ({ ...(await startTls(world, own)), cert: 'no certificate', key: 'no key' }),
  },
  {
    what: 'TLS on a plain port',
    trouble: 'plain',
    cause: /does not speak TLS/,
    hint: /mqtt:\/\/ instead of mqtts:\/\//,
    given: async ({ home }) => ({ ...(await home.start(['allow_anonymous true'])), isTls: true }),
  },
  {
    what: 'no TLS on a port for TLS',
    trouble: 'encrypted',
    cause: /TLS only/,
    hint: /mqtts:\/\/ instead of mqtt:\/\//,
    given: async (world) => ({ ...(await startTls(world, own)), isTls: false }),
  },
  {
    what: 'no TLS on a port for TLS with client certificates',
    trouble: 'encrypted',
    cause: /TLS only/,
    hint: /mqtts:\/\/ instead of mqtt:\/\//,
    given: async (world) => ({ ...(await startTls(world, own, valid, mutual)), isTls: false }),
  },
];

function readPair({ cert, key }: { readonly cert: string; readonly key: string }): TlsLogin {
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

async function startGuarded(home: MosquittoHome, ...more: readonly string[]): Promise<Connecting> {
  const file = await home.passwords({ [user]: password });
  const { port } = await home.start(['allow_anonymous false', `password_file ${file}`, ...more]);
  return { port };
}

/** Somebody who takes connections, and never speaks unless told how. */
async function listen(test: TestContext, serve: (socket: Socket) => void = () => {}): Promise<number> {
  const server = createServer((socket) => serve(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => server.close());
  return (server.address() as { port: number }).port;
}

async function troubleWith(attempt: Promise<unknown>): Promise<BrokerError> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof BrokerError, `${error}`);
  return error;
}

test('a broker that is of no use says why', { skip, concurrency: 4 }, async (t) => {
  const world = await makeWorld(t);
  await Promise.all(
    troubles.map(({ what, trouble, cause, hint, given }) =>
      t.test(what, async (each) => {
        const connecting = await given(world, each);
        const error = await troubleWith(connect(each, connecting));
        assert.equal(error.trouble, trouble, error.message);
        assert.equal(error.details.exit, 'verify');
        assert.match(error.details.cause, cause);
        assert.match(error.details.hint ?? '', hint);
        assert.match(error.details.object, new RegExp(`^mqtts?://.*:${connecting.port}$`));
      }),
    ),
  );
});

test('a host that drops packets is not one that refuses', { skip }, async (t) => {
  const error = await troubleWith(connect(t, { port: await dropPackets(t) }));
  assert.equal(error.trouble, 'unanswered');
  assert.match(error.details.hint ?? '', /firewall/);
});

/** A stopped program whose queue of connections is full: Linux drops what comes then, as a firewall does. */
async function dropPackets(test: TestContext): Promise<number> {
  const listener = 'net.createServer().listen(0, "127.0.0.1", 1, function () { console.log(this.address().port) })';
  const child = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'ignore'] });
  test.after(() => child.kill('SIGKILL'));
  const port = Number(String(await once(child.stdout, 'data')));
  child.kill('SIGSTOP');
  const waiting = Array.from({ length: 4 }, () => openSocket({ host: '127.0.0.1', port }));
  test.after(() => {
    for (const socket of waiting) socket.destroy();
  });
  await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, 'connect')));
  return port;
}

async function heard(broker: Broker, topic: string): Promise<readonly Message[]> {
  const messages: Message[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await broker.subscribe(topic, (message) => {
    messages.push(message);
    if (message.payload === 'end') resolve();
  });
  await broker.publish(topic, 'end');
  await promise;
  return messages;
}

test('messages go to a broker and come back', { skip, concurrency: 4 }, async (t) => {
  const world = await makeWorld(t);
  const { home, authority } = world;
  const ways: readonly (readonly [string, () => Promise<Connecting>])[] = [
    ['without anything', () => home.start(['allow_anonymous true'])],
    ['with user and password', async () => ({ ...(await startGuarded(home)), username: user, password })],
    ['over TLS, by address', () => startTls(world, own)],
    ['over TLS, by name', async () => ({ ...(await startTls(world, 'DNS:localhost')), host: 'localhost' })],
    [
      'over TLS with a client certificate',
      async () => ({
        ...(await startTls(world, own, valid, mutual)),
        ...readPair(authority.sign('DNS:client')),
      }),
    ],
  ];
  await Promise.all(
    ways.map(([way, given]) =>
      t.test(way, async (each) => {
        const broker = await connect(each, await given());
        assert.equal(broker.version, '5');
        assert.deepEqual(await heard(broker, 'a/b'), [{ topic: 'a/b', payload: 'end', isRetained: false }]);
        assert.equal(broker.lost(), undefined);
      }),
    ),
  );
});

const ways = {
  'says so': Buffer.from([0x20, 2, 0, 1]),
  'hangs up': Buffer.alloc(0),
};

for (const [way, answer] of Object.entries(ways)) {
  test(`a broker that does not know MQTT 5 and ${way} is spoken to in 3.1.1`, { skip }, async (t) => {
    const home = await mosquittoHome(t);
    const { port } = await home.start(['allow_anonymous true']);
    const broker = await connect(t, { port: await asOfOld(t, port, answer) });
    assert.equal(broker.version, '3.1.1');
    assert.deepEqual(await heard(broker, 'a'), [{ topic: 'a', payload: 'end', isRetained: false }]);
  });
}

/** Where the protocol's level stands in a CONNECT packet with a short header. */
const levelAt = 8;

/** The broker behind it, as if it knew nothing newer than MQTT 3.1.1. */
async function asOfOld(test: TestContext, broker: number, answer: Buffer): Promise<number> {
  return listen(test, (socket) => {
    socket.once('data', (connectPacket) => {
      if (connectPacket[levelAt] === 5) return socket.end(answer);
      const behind = openSocket({ host: '127.0.0.1', port: broker });
      behind.on('error', () => socket.destroy());
      behind.write(connectPacket);
      socket.pipe(behind).pipe(socket);
    });
  });
}

test('a refused password of MQTT 3.1.1 is a refused password', { skip }, async (t) => {
  const home = await mosquittoHome(t);
  const { port = 0 } = await startGuarded(home);
  const old = await asOfOld(t, port, ways['says so']);
  const error = await troubleWith(connect(t, { port: old, username: user, password: 'wrong' }));
  assert.equal(error.trouble, 'password');
});

test('what a broker allows is told apart', { skip, concurrency: 4 }, async (t) => {
  const home = await mosquittoHome(t);
  const acl = await home.file('acl', `user ${user}\ntopic readwrite open\ntopic read readable\ntopic write writable\n`);
  const guarded = { ...(await startGuarded(home, `acl_file ${acl}`)), username: user, password };

  await t.test('a topic that may not be written is refused, with words', async (each) => {
    const broker = await connect(each, guarded);
    const error = await troubleWith(broker.publish('readable', 'x'));
    assert.equal(error.trouble, 'topic');
    assert.match(error.details.object, /^topic readable of mqtt:/);
    assert.match(error.details.hint ?? '', /--mqtt-topic/);
    assert.deepEqual(await heard(broker, 'open'), [{ topic: 'open', payload: 'end', isRetained: false }]);
  });

  await t.test(
    'what is published to a topic that may not be read comes back to nobody, without a word',
    async (each) => {
      const broker = await connect(each, guarded);
      const messages: Message[] = [];
      await broker.subscribe('writable', (message) => messages.push(message));
      await broker.publish('writable', 'x');
      await heard(broker, 'open');
      assert.deepEqual(messages, []);
    },
  );

  await t.test('a subscription that the broker refuses', async (each) => {
    const refusing = await refuseSubscriptions(each);
    const broker = await connect(each, { port: refusing });
    const error = await troubleWith(broker.subscribe('topic', () => {}));
    assert.equal(error.trouble, 'topic');
  });
});

/** A broker of MQTT 3.1.1 that allows no subscription: Mosquitto does so with a plug-in only. */
function refuseSubscriptions(test: TestContext): Promise<number> {
  return listen(test, (socket) => {
    socket.on('data', (packet) => {
      if (packet[0] === 0x10) socket.write(Buffer.from(packet[levelAt] === 5 ? [0x20, 2, 0, 1] : [0x20, 2, 0, 0]));
      if (packet[0] === 0x82) socket.write(Buffer.from([0x90, 3, packet[2] ?? 0, packet[3] ?? 0, 0x80]));
    });
  });
}

test('a retained message is told from a new one', { skip }, async (t) => {
  const home = await mosquittoHome(t);
  const { port } = await home.start(['allow_anonymous true']);
  const earlier = await connectAsync(`mqtt://127.0.0.1:${port}`);
  await earlier.publishAsync('kept', 'old', { qos: 1, retain: true });
  await earlier.endAsync();
  assert.deepEqual(await heard(await connect(t, { port }), 'kept'), [
    { topic: 'kept', payload: 'old', isRetained: true },
    { topic: 'kept', payload: 'end', isRetained: false },
  ]);
});

test('what is under way when the connection breaks fails, and so does what follows', { skip }, async (t) => {
  const home = await mosquittoHome(t);
  const mosquitto = await home.start(['allow_anonymous true']);
  const broker = await connect(t, { port: mosquitto.port });
  await heard(broker, 'a');
  mosquitto.stop();
  const published = troubleWith(broker.publish('a', 'x'));
  const subscribed = troubleWith(broker.subscribe('b', () => {}));
  await mosquitto.kill();
  assert.equal((await published).trouble, 'lost');
  assert.equal((await subscribed).trouble, 'lost');
  assert.equal(broker.lost()?.trouble, 'lost');
  assert.equal((await troubleWith(broker.publish('a', 'x'))).trouble, 'lost');
});

test('a broker that hangs holds nobody up', { skip }, async (t) => {
  const home = await mosquittoHome(t);
  const mosquitto = await home.start(['allow_anonymous true']);
  const broker = await connect(t, { port: mosquitto.port });
  mosquitto.stop();
  assert.equal((await troubleWith(broker.publish('a', 'x'))).trouble, 'silent');
});

test('an interrupt ends the wait with its own reason', async (t) => {
  const stop = new AbortController();
  const reason = new Error('stopped');
  const port = await listen(t, () => stop.abort(reason));
  await assert.rejects(connect(t, { port, signal: stop.signal }), reason);
});
