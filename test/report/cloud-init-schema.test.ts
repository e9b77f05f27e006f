import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type CloudInitWish, programPath, renderCloudInit } from '../../src/report/cloud-init.ts';
import { type DebianNode, debianNodeUnsupported, withDebianNode } from '../support/debian-node.ts';

/** What is printed is judged by those that it is made for: cloud-init, systemd and the shell, all of Debian. */

const reason = debianNodeUnsupported();
const skip = reason !== undefined && !process.env.CI ? reason : false;
const binary = { url: 'https://files.example/a%20b/edgex-boot', sha256: 'a'.repeat(64) };
const k3s = `https://files.example/k3s#sha256=${'b'.repeat(64)}`;
const webhook = 'https://hook.example/a%20b?node=$1&c="d"';
const site = '# ü: a site\nnamespace: plant\nset:\n  edgex-core-data:\n    Writable/LogLevel: "DEBUG"\n';
const files = { '/etc/edgex-boot/dev.toml': "[a]\n  b = '''x\ty'''\n", '/etc/edgex-boot/empty': '' };

const variants: readonly { readonly what: string; readonly wish: CloudInitWish }[] = [
  { what: 'a site with files', wish: { site, files } },
  { what: 'the program from a URL, and a webhook', wish: { files: {}, binary, webhook } },
  { what: 'k3s from the image', wish: { files: {}, k3s: '/opt/my k3s/k3s' } },
  { what: 'everything', wish: { site, files, binary, k3s, webhook } },
];

test('cloud-init and systemd find nothing to say', { skip }, (context) =>
  withDebianNode(async (node) => {
    for (const { what, wish } of variants) {
      await context.test(what, async () => {
        const userData = renderCloudInit(wish);
        await writeFile(node.at('/user-data'), userData);
        const schema = await node.start(['/usr/bin/cloud-init', 'schema', '--config-file', '/user-data']).ended;
        assert.deepEqual(schema, {
          ...{ code: 0, signal: null, stderr: '' },
          stdout: 'Valid cloud-config: /user-data\n',
        });

        await node.writeFiles(userData);
        await writeFile(node.at(programPath), '#!/bin/sh\n', { mode: 0o755 });
        assert.equal(await verifyUnit(node), '');
      });
    }
  }),
);

test('cloud-init and systemd do find what is wrong', { skip }, () =>
  withDebianNode(async (node) => {
    const userData = renderCloudInit({ files: {} });
    await writeFile(node.at('/user-data'), userData.replace('permissions', 'permision'));
    const schema = await node.start(['/usr/bin/cloud-init', 'schema', '--config-file', '/user-data']).ended;
    assert.equal(schema.code, 1, schema.stdout);

    await node.writeFiles(userData.replace('TimeoutStopSec', 'TimeoutStoppSec'));
    assert.match(await verifyUnit(node), /TimeoutStoppSec/);
    assert.match(await verifyUnit(node), /edgex-boot is not executable/, 'the program is not there');
  }),
);

async function verifyUnit(node: DebianNode): Promise<string> {
  const unit = '/etc/systemd/system/edgex-boot.service';
  const { stdout, stderr } = await node.start(['/usr/bin/systemd-analyze', 'verify', '--man=no', unit]).ended;
  return stdout + stderr;
}

test('after a power cut in the middle cloud-init begins anew, but not once all is done', { skip }, () =>
  withDebianNode(async (node) => {
    const { bootcmd, runcmd } = parse(renderCloudInit({ files: {} })) as Commands;
    const env = { PATH: '/usr/bin' };
    const note = node.at('/var/lib/cloud/instance/sem/config_write_files');
    const boot = async () => {
      for (const argv of bootcmd) assert.equal((await node.start(argv, { env }).ended).code, 0);
      return existsSync(note);
    };
    assert.equal(await boot(), false, 'the first boot');
    await mkdir(dirname(note), { recursive: true });
    await writeFile(note, '');
    assert.equal(await boot(), false);

    await writeFile(note, '');
    for (const argv of runcmd.filter(([program]) => program !== 'systemctl')) await node.start(argv, { env }).ended;
    assert.equal(await boot(), true);
  }),
);

interface Commands {
  readonly bootcmd: readonly (readonly string[])[];
  readonly runcmd: readonly (readonly string[])[];
}

const program = `#!/bin/sh\n# ${'x'.repeat(10_000)}\n`;
const sha256 = createHash('sha256').update(program).digest('hex');
const fetchPath = '/usr/local/lib/edgex-boot/fetch';

for (const without of [[], ['curl']]) {
  const loader = without.length > 0 ? 'wget' : 'curl';
  test(`${loader} gets the program whole, or not at all`, { skip }, () =>
    withDebianNode((node) =>
      withServer(async (url, served) => {
        const fetch = () => node.start([fetchPath], { without, env: { PATH: '/usr/bin' } }).ended;
        await node.writeFiles(renderCloudInit({ files: {}, binary: { url: `${url}/it's`, sha256 } }));
        const target = node.at(programPath);

        served.content = 'something else';
        const wrong = await fetch();
        assert.equal(wrong.code, 1);
        assert.match(wrong.stderr, /another SHA-256 than/);
        assert.equal(existsSync(target), false);

        served.content = program;
        served.isCut = true;
        assert.notEqual((await fetch()).code, 0);
        assert.equal(existsSync(target), false);

        served.isCut = false;
        assert.equal((await fetch()).code, 0);
        assert.equal(await readFile(target, 'utf8'), program);
        assert.equal((await stat(target)).mode & 0o777, 0o755);

        const before = served.requests;
        assert.equal((await fetch()).code, 0);
        assert.equal(served.requests, before, 'what is there already is not loaded again');

        await writeFile(target, program.slice(1_000));
        assert.equal((await fetch()).code, 0);
        assert.equal(await readFile(target, 'utf8'), program, 'what a power cut left is mended');
        await chmod(target, 0o644);
        assert.equal((await fetch()).code, 0);
        assert.equal((await stat(target)).mode & 0o777, 0o755);
      }),
    ),
  );
}

interface Served {
  content: string;
  /** The connection breaks in the middle. */
  isCut: boolean;
  requests: number;
}

async function withServer(work: (url: string, served: Served) => Promise<void>): Promise<void> {
  const served: Served = { content: '', isCut: false, requests: 0 };
  const server = createServer((_, response) => {
    served.requests++;
    const { content, isCut } = served;
    response.writeHead(200, { 'content-length': content.length, connection: 'close' });
    if (!isCut) return response.end(content);
    response.write(content.slice(0, content.length / 2), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, served);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
