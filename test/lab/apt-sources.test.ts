import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otherSuite, parseDeb822, parseSourcesList } from './apt-sources.ts';

const deb822 = `# comment
Types: deb deb-src
# a comment inside
URIs: http://deb.mirror.test/debian http://second.test/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/k.gpg

Types: deb
URIs: http://deb.mirror.test/debian-security
Suites: bookworm-security
Components: main

Types: deb
Enabled: no
URIs: http://off.test/debian
Suites: bookworm

Types: deb-src
URIs: http://sources.test/debian
Suites: bookworm
`;

const list = `# deb http://off.test/debian bookworm main
deb-src http://sources.test/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/k.gpg] http://deb.mirror.test/debian bookworm-updates main contrib
deb http://deb.mirror.test/debian bookworm main
`;

test('deb822: paragraphs with several URIs and suites; disabled ones and sources are left out', () => {
  const suites = ['bookworm', 'bookworm-updates'];
  const signedBy = '/usr/share/keyrings/k.gpg';
  assert.deepEqual(parseDeb822(deb822), [
    { uri: 'http://deb.mirror.test/debian', suites, signedBy },
    { uri: 'http://second.test/debian', suites, signedBy },
    { uri: 'http://deb.mirror.test/debian-security', suites: ['bookworm-security'] },
  ]);
});

test('one-line notation: options are understood, comments and sources left out', () => {
  assert.deepEqual(parseSourcesList(list), [
    { uri: 'http://deb.mirror.test/debian', suites: ['bookworm-updates'], signedBy: '/usr/share/keyrings/k.gpg' },
    { uri: 'http://deb.mirror.test/debian', suites: ['bookworm'] },
  ]);
});

test('another suite comes from the mirror that serves a plain suite, with its key', () => {
  const expected = `Types: deb
URIs: http://deb.mirror.test/debian
Suites: bullseye
Components: main
Signed-By: /usr/share/keyrings/k.gpg
`;
  assert.equal(otherSuite(parseDeb822(deb822), 'bullseye', 'mirror'), expected);
  const archive = expected.replace('deb.mirror', 'archive.mirror');
  assert.equal(otherSuite(parseDeb822(deb822), 'bullseye', 'archive'), archive);
});

test('without a mirror the error says what is missing', () => {
  const security = [{ uri: 'http://x.test', suites: ['bookworm-security'] }];
  assert.throws(
    () => otherSuite(security, 'bullseye', 'mirror'),
    /no Debian mirror in \/etc\/apt to get bullseye from/,
  );
});
