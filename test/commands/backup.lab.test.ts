import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArchive } from '../../src/commands/archive/read.ts';
import { writeArchive } from '../../src/commands/archive/write.ts';
import type { Lab } from '../lab/lab.ts';
import { nodeDir } from '../lab/places.ts';
import { labTest } from '../lab/require.ts';
import { type BootRun, boot, failureEvent, inNamespace, install, removeNamespace } from '../support/boot.ts';
import { allReady, readKey, smallWith, writeKey } from '../support/services.ts';

const namespace = 'bak-test';
const options = smallWith('redis');
const key = 'edgex/core/1.0/edgex-core-data/Writable/LogLevel';
const volume = join(nodeDir(1), 'disk/var/lib/edgex', namespace, 'redis-data');

labTest('backup and restore', async (lab, context) => {
  const folder = await mkdtemp(join(tmpdir(), 'backup-'));
  const file = join(folder, 'site.backup');
  const run = (...args: readonly string[]): Promise<BootRun> =>
    boot(lab, [...args, '--namespace', namespace, '--output', 'json']);

  await inNamespace(lab, namespace, async () => {
    await install(lab, namespace, ...options);
    await writeKey(lab, namespace, key, 'TRACE');
    await writeFile(join(volume, 'marker'), 'as it was', { mode: 0o640 });
    await redis(lab, 'set', 'marker', 'kept');

    await context.test('a backup of a running system is one file, and everything runs again', async () => {
      const { code, stdout } = await run('backup', file);
      assert.equal(code, 0, stdout);
      await allReady(lab, namespace);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      const archive = await readArchive(file);
      assert.deepEqual(
        archive.manifest.volumes.map(({ claim, uid }) => [claim, uid]),
        [
          ['consul-data', 100],
          ['redis-data', 999],
        ],
      );
      const keys = JSON.parse((await Array.fromAsync(archive.read('consul/keys.json'))).join('')) as readonly Key[];
      const { value } = keys.find((each) => each.key === key) ?? {};
      assert.equal(Buffer.from(value ?? '', 'base64').toString(), 'TRACE');
      await archive.close();
    });

    await context.test('a running system is not written over', async () => {
      assert.match(await refusalOf(run('restore', file, '--overwrite')), /EdgeX runs there/);
    });

    await context.test('what a killed backup stopped is started by install', async () => {
      const second = join(folder, 'second.backup');
      const killed = await boot(lab, ['backup', second, '--namespace', namespace, '--output', 'json'], {
        watch: (text, kill) => {
          if (text.includes('"stage":"copy"')) kill('SIGKILL');
        },
      });
      assert.equal(killed.signal, 'SIGKILL');
      await assert.rejects(stat(second));
      await install(lab, namespace, ...options);
      await allReady(lab, namespace);
    });

    await removeNamespace(lab, namespace);

    await context.test('an archive that is cut, damaged or of another release changes nothing', async () => {
      const spoilt = join(folder, 'spoilt.backup');
      await copyFile(file, spoilt);
      await truncate(spoilt, (await stat(file)).size - 3000);
      assert.match(await refusalOf(run('restore', spoilt)), /not complete/);

      const bytes = await readFile(file);
      bytes[4000] = (bytes[4000] ?? 0) ^ 1;
      await writeFile(spoilt, bytes);
      assert.match(await refusalOf(run('restore', spoilt)), /damaged/);

      await rm(spoilt);
      const archive = await readArchive(file);
      await archive.close();
      const { format, members, ...manifest } = archive.manifest;
      await (await writeArchive(spoilt, new Date())).finish({ ...manifest, version: '9.9.9' });
      assert.match(await refusalOf(run('restore', spoilt)), /it is of fuji 9\.9\.9/);
      assert.equal(await lab.kubectl(['get', 'namespace', namespace, '--ignore-not-found']), '');
    });

    await context.test('after the loss of everything, restore and install bring it back', async () => {
      const { code, stdout } = await run('restore', file);
      assert.equal(code, 0, stdout);
      const { uid, gid, mode } = await stat(join(volume, 'appendonlydir'));
      assert.deepEqual([uid, gid, mode & 0o700], [999, 1000, 0o700]);
      assert.equal(await readFile(join(volume, 'marker'), 'utf8'), 'as it was');
      assert.equal((await stat(join(volume, 'marker'))).mode & 0o777, 0o640);
    });

    await context.test('volumes that hold data are replaced only when told to', async () => {
      await writeFile(join(volume, 'later'), 'since then');
      assert.match(await refusalOf(run('restore', file)), /holds data/);
      assert.equal(await readFile(join(volume, 'later'), 'utf8'), 'since then');
      const { code, stdout } = await run('restore', file, '--overwrite');
      assert.equal(code, 0, stdout);
      await assert.rejects(stat(join(volume, 'later')));
    });

    await context.test('the restored system starts, with its keys and its data', async () => {
      await install(lab, namespace, ...options);
      assert.equal(await readKey(lab, namespace, key), 'TRACE');
      assert.equal(await redis(lab, 'get', 'marker'), 'kept');
    });
  });
  await rm(folder, { recursive: true });
});

interface Key {
  readonly key: string;
  readonly value: string;
}

/** Why a run changed nothing. */
async function refusalOf(run: Promise<BootRun>): Promise<string> {
  const outcome = await run;
  assert.equal(outcome.code, 3, outcome.stdout);
  return failureEvent(outcome).cause;
}

async function redis(lab: Lab, ...command: readonly string[]): Promise<string> {
  const text = await lab.kubectl(['exec', '-n', namespace, 'deploy/edgex-redis', '--', 'redis-cli', ...command]);
  return text.trim();
}
