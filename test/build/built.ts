import { join } from 'node:path';
import { capture } from '../support/exec.ts';

const root = join(import.meta.dirname, '../..');

/** What the build makes; made anew where the sources are newer. */
export async function builtFolder(): Promise<string> {
  const { code, stdout, stderr } = await capture(process.execPath, ['build/build.ts'], { cwd: root });
  if (code !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
  return join(root, 'dist');
}

/** Path of the executable file for this machine. */
export const builtProgram = async (): Promise<string> => join(await builtFolder(), 'edgex-boot');
