import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gateScript } from '../../src/plan/gates.ts';
import { capture } from '../support/exec.ts';

const gate = { kind: 'http', service: 'core', port: 1, path: '/ping' } as const;

/** Puts a question to somebody who is gone the first time, and answers at once the second time. */
const wget = `#!/bin/sh
case $1 in --help) exit ;; esac
[ -e "$STATE" ] && exit
: > "$STATE"
exec sleep 20
`;

/** The commands that the script finds, each with its text; the machine's own behind them. */
async function runScript(commands: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-'));
  try {
    for (const [name, text] of Object.entries({ wget, ...commands })) {
      await writeFile(join(folder, name), text);
      await chmod(join(folder, name), 0o755);
    }
    const env = { PATH: `${folder}:${process.env.PATH}`, STATE: join(folder, 'state') };
    return await capture('/bin/sh', ['-c', gateScript([gate])], { env });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const passed = 'waiting for core to answer /ping\ndone: core to answer /ping\n';

describe('a question that is never answered', () => {
  const kinds = {
    'the time limit as it is today': {},
    'the time limit of an older busybox': {
      timeout: '#!/bin/sh\n[ "$1" = -t ] || exit 127\nshift\nexec /usr/bin/timeout "$@"\n',
    },
  };
  for (const [what, commands] of Object.entries(kinds)) {
    it(`is put again: ${what}`, { timeout: 30_000 }, async () => {
      const { code, stdout } = await runScript(commands);
      assert.deepEqual({ code, stdout }, { code: 0, stdout: passed });
    });
  }
});

it('a shell without a time limit puts its questions all the same', async () => {
  const { code, stdout } = await runScript({
    timeout: '#!/bin/sh\nexit 127\n',
    wget: '#!/bin/sh\n[ "$1" = --help ] || [ -e "$STATE" ] || { : > "$STATE"; exit 1; }\n',
  });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: passed });
});

it('a shell that sleeps for whole seconds only puts its questions with a pause between them', async () => {
  const { code, stdout, stderr } = await runScript({
    sleep: '#!/bin/sh\ncase $1 in *.*) exit 1 ;; esac\necho "slept $1" >&2\n',
    wget: '#!/bin/sh\n[ "$1" = --help ] || [ -e "$STATE" ] || { : > "$STATE"; exit 1; }\n',
  });
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: passed, stderr: 'slept 1\n' });
});
