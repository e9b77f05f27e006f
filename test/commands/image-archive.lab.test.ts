import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ctr } from '../lab/containerd.ts';
import type { Lab } from '../lab/lab.ts';
import { initOf } from '../lab/node.ts';
import { debianTree, treeCommand } from '../lab/packages.ts';
import { labTest } from '../lab/require.ts';
import { boot, inNamespace } from '../support/boot.ts';
import { capture } from '../support/exec.ts';
import { smallWith } from '../support/services.ts';

/** A node that reaches no registry gets its images from a file, by the real client of its real containerd. */

const namespace = 'air-gap';
/** By the rules of DNS it never has an address. */
const registry = 'registry.invalid/site';

labTest('a node without a registry takes its images from an archive', (lab, context) =>
  inNamespace(lab, namespace, async () => {
    const args = smallWith('redis');
    const names = await imagesOf(lab, args);
    const mirrored = await imagesOf(lab, [...args, '--registry', registry]);
    const tools = await mkdtemp(join(tmpdir(), 'edgex-boot-ctr-'));
    const archive = join(tools, 'images.tar');
    try {
      for (const [index, name] of names.entries())
        await ctr(1, ['images', 'tag', fullName(name), mirrored[index] ?? '']);
      await ctr(1, ['images', 'export', archive, ...mirrored]);
      await ctr(1, ['images', 'rm', ...mirrored]);

      const client = treeCommand(await debianTree(() => undefined), 'usr/bin/ctr').join(' ');
      await writeFile(join(tools, 'ctr'), `#!/bin/sh\nexec ${client} "$@"\n`, { mode: 0o755 });
      const install = ['install', '--namespace', namespace, '--registry', registry, '--no-verify', ...args];
      const env = {
        KUBECONFIG: lab.kubeconfig,
        PATH: tools,
        CONTAINERD_ADDRESS: `/proc/${initOf(1)}/root/run/containerd/containerd.sock`,
      };
      const { code, stdout, stderr, elapsedMs } = await capture(
        './dist/edgex-boot',
        [...install, '--image-archive', archive],
        { env },
      );
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      assert.deepEqual(await runningImages(lab), mirrored);
      context.diagnostic(`${mirrored.length} images imported, all ready after ${Math.round(elapsedMs)} ms`);
    } finally {
      await rm(tools, { recursive: true });
      await ctr(1, ['images', 'rm', ...mirrored]);
    }
  }),
);

async function imagesOf(lab: Lab, args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await boot(lab, ['images', ...args, '--output', 'json']);
  assert.equal(code, 0, stderr);
  return (JSON.parse(stdout) as { readonly amd64: readonly string[] }).amd64;
}

/** As containerd writes it. */
function fullName(image: string): string {
  return image.includes('/') ? `docker.io/${image}` : `docker.io/library/${image}`;
}

async function runningImages(lab: Lab): Promise<readonly string[]> {
  const path = 'jsonpath={range .items[*]}{.spec.containers[*].image}{"\\n"}{end}';
  const text = await lab.kubectl(['get', 'pods', '-n', namespace, '-o', path]);
  return [...new Set(text.trim().split('\n'))].toSorted();
}
