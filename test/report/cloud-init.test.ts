import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { renderCloudInit, renderUnit } from '../../src/report/cloud-init.ts';

interface Document {
  readonly write_files: readonly { readonly path: string; readonly permissions: string; readonly content: string }[];
  readonly runcmd: readonly (readonly string[])[];
}

const read = (text: string): Document => parse(text);
const sha256 = '0123456789abcdef'.repeat(4);

test('everything that the unit needs lies where it looks, secrets for root alone', () => {
  const text = renderCloudInit({
    site: 'namespace: plant\n',
    files: { '/etc/edgex-boot/dev.yaml': 'x: 1\n' },
    binary: { url: 'https://files.example/edgex-boot', sha256 },
  });
  assert.match(text, /^#cloud-config\n/);
  const files = new Map(read(text).write_files.map((file) => [file.path, file]));
  assert.equal(files.get('/etc/edgex-boot/site.yaml')?.content, 'namespace: plant\n');
  assert.equal(files.get('/etc/edgex-boot/site.yaml')?.permissions, '0600');
  assert.equal(files.get('/etc/edgex-boot/dev.yaml')?.permissions, '0600');
  assert.equal(files.get('/usr/local/lib/edgex-boot/fetch')?.permissions, '0755');
  assert.match(files.get('/etc/systemd/system/edgex-boot.service')?.content ?? '', /^ExecStartPre=\+.*fetch$/m);
});

test('without a URL nothing is fetched', () => {
  const text = renderCloudInit({ files: {} });
  assert.deepEqual(
    read(text).write_files.map(({ path }) => path),
    ['/etc/systemd/system/edgex-boot.service'],
  );
  assert.doesNotMatch(text, /ExecStartPre=\+|ExecStopPost|--config|--with-k3s|curl/);
});

test('the unit tries again, but not what is wrong by itself, and can be written to what it must', () => {
  const unit = renderUnit({ site: 'x' });
  for (const line of [
    'Restart=on-failure',
    'RestartPreventExitStatus=2',
    'StateDirectory=edgex-boot',
    'ProtectSystem=strict',
  ]) {
    assert.ok(unit.split('\n').includes(line), line);
  }
  assert.doesNotMatch(renderUnit({ k3s: '/opt/k3s' }), /ProtectSystem/, 'k3s is installed all over the system');
});

test('an old result goes before anything else, and the webhook gets what there is then', () => {
  const binary = { url: 'https://files.example/edgex-boot', sha256 };
  const unit = renderUnit({ binary, webhook: 'https://hook.example' });
  const [first, ...others] = unit.split('\n').filter((line) => line.startsWith('Exec'));
  // Without `+`: the state directory is what the unit may write to.
  assert.equal(first, 'ExecStartPre=-/bin/rm -f /var/lib/edgex-boot/result.json');
  assert.deepEqual(
    others.map((line) => line.split(' ')[0]),
    [
      'ExecStartPre=+/usr/local/lib/edgex-boot/fetch',
      'ExecStart=/usr/local/bin/edgex-boot',
      'ExecStopPost=-/usr/local/lib/edgex-boot/post',
    ],
  );
});

test('the webhook has less time than systemd has patience', () => {
  const webhook = "https://hook.example/a%20b?c=$d&e='";
  const [post, unit] = read(renderCloudInit({ files: {}, webhook })).write_files;
  assert.equal(post?.permissions, '0700', 'its address may hold a token');
  assert.ok(post.content.includes("url='https://hook.example/a%20b?c=$d&e='\\'''"), post.content);
  const limits = [...post.content.matchAll(/timeout (\d+) (curl|wget)/g)].map(([, limit]) => Number(limit));
  const patience = Number(/^TimeoutStopSec=(\d+)s$/m.exec(unit?.content ?? '')?.[1]);
  assert.equal(limits.length, 2);
  for (const limit of limits) assert.ok(limit <= patience - 3, `${limit} of ${patience} s`);
});

test("systemd's own signs in an address are told apart from text", () => {
  const unit = renderUnit({ k3s: 'https://files.example/a%20b?c=$d#sha256=x' });
  assert.match(unit, / "https:\/\/files\.example\/a%%20b\?c=\$\$d#sha256=x" /m);
});
