import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type CloudInitWish, programPath, renderCloudInit, resultPath } from '../../src/report/cloud-init.ts';
import { type DebianNode, debianNodeUnsupported, withDebianNode } from '../support/debian-node.ts';
import { startUnit } from '../support/unit.ts';

/** What a webhook gets of the unit's runs, with Debian's own programs and a stand-in for this one. */

const reason = debianNodeUnsupported();
const skip = reason !== undefined && !process.env.CI ? reason : false;
const postPath = '/usr/local/lib/edgex-boot/post';
const old = '{"ok":true,"of":"the run before"}\n';
const own = '{"ok":false}\n';
const writesResult = `echo '${own.trim()}' > ${resultPath}`;

test('the webhook gets the result of each run', { skip }, () =>
  withHook(async (webhook, posted) => {
    await onNode(webhook, `${writesResult}; exit 5`, async (node) => {
      assert.equal((await (await startUnit(node)).ended).code, 5, 'the code is that of the run');
      assert.deepEqual(posted, [`POST application/json ${own}`]);
      assert.equal(await readFile(node.at(resultPath), 'utf8'), own);
    });
  }),
);

test('a run without a result posts nothing, and not what the run before it has left', { skip }, () =>
  withHook(async (webhook, posted) => {
    await onNode(webhook, 'kill -9 $$', async (node) => {
      assert.notEqual((await (await startUnit(node)).ended).code, 0);
      assert.equal(existsSync(node.at(resultPath)), false);
    });
    const binary = { url: 'http://127.0.0.1:1/edgex-boot', sha256: 'a'.repeat(64) };
    await onNode(
      webhook,
      writesResult,
      async (node) => {
        assert.notEqual((await (await startUnit(node)).ended).code, 0, 'nothing is to be fetched');
      },
      { binary },
    );
    assert.deepEqual(posted, []);
  }),
);

test('a webhook that takes everything and never answers makes no run a failure', { skip }, () =>
  withHook(
    (webhook, posted) =>
      onNode(webhook, writesResult, async (node) => {
        const { code, journal } = await (await startUnit(node)).ended;
        assert.equal(code, 0, journal);
        assert.deepEqual(posted, [`POST application/json ${own}`]);
      }),
    { isSilent: true },
  ),
);

test('what takes longer after a run than systemd waits is killed, and the run has failed', { skip }, () =>
  onNode('http://127.0.0.1:1', writesResult, async (node) => {
    const unit = node.at('/etc/systemd/system/edgex-boot.service');
    await writeFile(unit, (await readFile(unit, 'utf8')).replace(/^TimeoutStopSec=.*$/m, 'TimeoutStopSec=1s'));
    await writeFile(node.at(postPath), '#!/bin/sh\nexec sleep 20\n');
    assert.equal((await (await startUnit(node)).ended).code, null);
  }),
);

test('without curl wget posts, with less patience than systemd has', { skip }, () =>
  withHook(async (webhook, posted) => {
    await onNode(webhook, '', async (node) => {
      const post = () => node.start([postPath], { without: ['curl'], env: { PATH: '/usr/bin' } }).ended;
      assert.equal((await post()).code, 0);
      assert.deepEqual(posted, [`POST application/json ${old}`]);
      await writeFile(node.at(resultPath), '');
      assert.equal((await post()).code, 0);
      assert.equal(posted.length, 1, 'an empty file is no result');
    });
  }),
);

/** A node on which a run before this one ended well. */
async function onNode(
  webhook: string,
  program: string,
  work: (node: DebianNode) => Promise<void>,
  wish: Partial<CloudInitWish> = {},
): Promise<void> {
  await withDebianNode(async (node) => {
    await node.writeFiles(renderCloudInit({ files: {}, webhook, ...wish }));
    await writeFile(node.at(programPath), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
    await writeFile(node.at(resultPath), old);
    await work(node);
  });
}

/** A webhook that notes what it gets. */
async function withHook(
  work: (url: string, posted: readonly string[]) => Promise<void>,
  { isSilent = false } = {},
): Promise<void> {
  const posted: string[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    posted.push(`${request.method} ${request.headers['content-type']} ${text}`);
    if (!isSilent) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/it's`, posted);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
