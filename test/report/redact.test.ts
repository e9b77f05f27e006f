import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor, isSecretName, redacted } from '../../src/report/redact.ts';

const pem = [
  '-----BEGIN RSA PRIVATE KEY-----',
  'MIIEpAIBAAKCAQEAcanary0canary1canary2canary3canary4canary5canary6',
  'canary7canary8canary9==',
  '-----END RSA PRIVATE KEY-----',
].join('\n');
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnLWNhbmFyeQ-_x';

/** Texts that hide a canary, the canary, and what is to stay. */
const leaks: readonly (readonly [text: string, canary: string, stays: string])[] = [
  ['Authorization: Bearer abcdef.canary-1', 'canary', 'Authorization: '],
  ['"authorization": "Basic Y2FuYXJ5OmNhbmFyeQ=="', 'Y2FuYXJ5', '"authorization": "'],
  ["curl -H 'Authorization: Token canary123' https://x", 'canary', 'https://x'],
  ['sent bearer canary-canary to it', 'canary', 'to it'],
  ['X-Consul-Token: canary-5e1f', 'canary', 'X-Consul-Token: '],
  ['x-consul-token=canary', 'canary', 'x-consul-token='],
  [`key:\n${pem}\nafter`, 'canary', 'after'],
  [`${pem.split('\n').slice(2).join('\n')}\nafter`, 'canary', 'after'],
  ['-----BEGIN PRIVATE KEY-----\ncanary', 'canary', ''],
  [JSON.stringify({ key: pem, other: 'stays' }), 'canary', 'stays'],
  [
    `client-key-data: ${Buffer.from(pem).toString('base64')}`,
    Buffer.from(pem).toString('base64').slice(0, 40),
    'client-key-data: ',
  ],
  [`data ${Buffer.from(pem).toString('base64')} end`, Buffer.from(pem).toString('base64').slice(0, 40), ' end'],
  ['client-key-data: Y2FuYXJ5', 'Y2FuYXJ5', 'client-key-data: '],
  ['password=canary', 'canary', 'password='],
  ['password = canary; user = bob', 'canary', 'user = bob'],
  ['password="canary with words" next', 'canary', ' next'],
  ["PASSWORD='canary with words' next", 'canary', ' next'],
  ['MQTT_PASSWORD=canary&x=1', 'canary', '&x=1'],
  ['POST /login?password=canary&user=bob', 'canary', '&user=bob'],
  ['{"password":"canary","user":"bob"}', 'canary', '"user":"bob"'],
  ['{"password": "ca\\"nary canary", "user":"bob"}', 'nary', '"user":"bob"'],
  ['{\\"password\\":\\"canary\\",\\"user\\":\\"bob\\"}', 'canary', 'user'],
  ['Password:canary User:bob', 'canary', 'User:bob'],
  ['dbPassword: canary', 'canary', 'dbPassword: '],
  ['passphrase: canary', 'canary', 'passphrase: '],
  ['clientSecret: canary', 'canary', 'clientSecret: '],
  ['access_key=canary', 'canary', 'access_key='],
  ['apiKey: canary', 'canary', 'apiKey: '],
  ['mosquitto_pub --username bob --password canary -t x', 'canary', '-t x'],
  ['mongodb://core:canary@edgex-mongo:27017/coredata', 'canary', '@edgex-mongo:27017/coredata'],
  ['redis://:canary@host:6379', 'canary', '@host:6379'],
  ['amqps://bob:p@ca:nary@host/x', 'nary', '@host/x'],
  ['https://canary@host/', 'canary', 'https://'],
  [`saw ${jwt} there`, 'c2lnLWNhbmFyeQ', ' there'],
  [`K3S_NODE: K10${'0a'.repeat(32)}::server:canary end`, 'canary', ' end'],
  ['pass\x1b[0mword=canary', 'canary', ''],
];

for (const [text, canary, stays] of leaks) {
  test(`redacted: ${JSON.stringify(text).slice(0, 60)}`, () => {
    const redact = createRedactor();
    const result = redact(text);
    assert.ok(!result.includes(canary), result);
    assert.ok(result.includes(redacted), result);
    assert.ok(result.includes(stays), result);
    assert.equal(redact(result), result, 'twice is the same as once');
  });
}

const harmless: readonly string[] = [
  'edgexfoundry/docker-core-data-go:1.1.0',
  'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
  'https://127.0.0.1:6443/api/v1/namespaces/edgex?limit=1',
  'http://edgex-core-metadata:48081/api/v1/device/name/x@y',
  'mqtt://broker:1883/a@b',
  'secret/edgex-registry: not found',
  'automountServiceAccountToken, tokenFile and secretName are names',
  'the password is wrong',
  'edgex/core/1.0/edgex-core-data/Writable/LogLevel',
  'a bearer of news',
  'two\nlines\tand a tab',
  'Größe 東京 ✓',
];

for (const text of harmless) {
  test(`left alone: ${JSON.stringify(text).slice(0, 60)}`, () => assert.equal(createRedactor()(text), text));
}

test('known secrets are found in each of their forms, also when they are learnt later', () => {
  const secrets = new Set<string>();
  const redact = createRedactor(secrets);
  assert.equal(redact('a p/w "x" b'), 'a p/w "x" b');
  secrets.add('p/w "x"');
  for (const form of ['p/w "x"', 'p/w \\"x\\"', 'p%2Fw%20%22x%22', Buffer.from('p/w "x"').toString('base64')]) {
    assert.equal(redact(`a ${form} b ${form}`), `a ${redacted} b ${redacted}`);
  }
});

test('a secret that holds another one is replaced as a whole, and too short ones are none', () => {
  const redact = createRedactor(['long-one', 'long-one-and-more', 'abc', '']);
  assert.equal(redact('long-one-and-more long-one abc'), `${redacted} ${redacted} abc`);
});

test('what could command a terminal is taken out or made visible', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b[2J\x1b[1;1Hgone', 'gone'],
    ['\x1b]0;title\x07text', 'text'],
    ['\x1b]8;;http://x\x1b\\link', 'link'],
    ['\x1b]0;open', ''],
    ['\x1bcreset', 'reset'],
    ['\x9b31mred', 'red'],
    ['one\r\ntwo', 'one\ntwo'],
    ['10%\r20%', '10%\\x0d20%'],
    ['bell\x07 back\x08 nul\x00 del\x7f', 'bell\\x07 back\\x08 nul\\x00 del\\x7f'],
    ['lone \x1b', 'lone \\x1b'],
    ['turn\u202eed', 'turn\\u202eed'],
    ['line\u2028end', 'line\\u2028end'],
  ];
  for (const [text, tame] of cases) assert.equal(createRedactor()(text), tame, JSON.stringify(text));
});

test('names of secrets', () => {
  const secret = [
    'Password',
    'MQTT_PASSWORD',
    'Databases/Primary/Password',
    'spec.env[TOKEN].value',
    'apiKey',
    'client-key-data',
  ];
  const open = ['PasswordFile', 'tokens', 'secretName', 'SECRET_STORE', 'Writable/LogLevel', 'keys'];
  for (const name of secret) assert.ok(isSecretName(name) || isSecretName(name.split('/').at(-1) ?? ''), name);
  for (const name of open) assert.ok(!isSecretName(name), name);
});

// A pattern that goes back and forth over a text would take hours for one of these.
test('long texts of one kind are read to their end', { timeout: 60_000 }, () => {
  const redact = createRedactor();
  for (const part of ['a', '-', 'eyJ', '@', '://', 'password', 'A=', '-----BEGIN ', '"', '\x1b]', ' ']) {
    assert.equal(typeof redact(part.repeat(300_000 / part.length)), 'string');
  }
});
