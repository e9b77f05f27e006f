import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cached, keyOf } from '../lab/cache.ts';
import { withLock } from '../lab/lock.ts';
import { libraryDir, unpackPackages } from '../lab/packages.ts';

/** Programs that look at what the program makes, from Debian: a browser, and a validator of XML. */

const packages = ['chromium-headless-shell', 'fonts-dejavu-core', 'libxml2-utils'];
const needed = ['apt-get', 'dpkg-deb', 'tar'];
/** What draws on graphics cards, and what no program reads: 170 of 530 MB. */
const superfluous = /^(dri|libLLVM.*|libz3.*|doc|man|locale)$/;

/** A program with the environment that it needs to find its own libraries and letters. */
export interface Tool {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The reason why there are no such programs on this machine; undefined when there are. */
export function toolsUnsupported(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Debian packages for Linux on x64 are needed';
  const dirs = (process.env.PATH ?? '').split(delimiter);
  const missing = needed.find((name) => !dirs.some((dir) => existsSync(join(dir, name))));
  return missing && `getting Debian packages needs the program ${missing}, which isn't in PATH`;
}

/** Chromium without windows. */
export async function chromium(): Promise<Tool> {
  return toolOf(await toolTree(), 'usr/lib/chromium/chromium-headless-shell');
}

/** libxml2's own program. */
export async function xmllint(): Promise<Tool> {
  return toolOf(await toolTree(), 'usr/bin/xmllint');
}

/** With the machine's loader, as the browser starts further processes of its own; both are of one release of Debian. */
function toolOf(root: string, path: string): Tool {
  const libraries = join(root, libraryDir);
  return {
    program: join(root, path),
    env: {
      LD_LIBRARY_PATH: [libraries, join(libraries, 'pulseaudio')].join(delimiter),
      FONTCONFIG_FILE: join(root, fontsFile),
      HOME: '/nonexistent',
    },
  };
}

const fontsFile = 'fonts.conf';

function toolTree(): Promise<string> {
  const key = keyOf(JSON.stringify([packages, superfluous.source, fontsConf]));
  return withLock(
    'browser',
    () => {},
    () =>
      cached('browser', key, async (root) => {
        await unpackPackages(root, packages);
        for (const folder of [libraryDir, 'usr/share']) {
          const names = (await readdir(join(root, folder))).filter((name) => superfluous.test(name));
          for (const name of names) await rm(join(root, folder, name), { recursive: true });
        }
        await writeFile(join(root, fontsFile), fontsConf);
      }),
  );
}

/** The same letters everywhere, whatever the machine has. */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir prefix="relative">usr/share/fonts</dir></fontconfig>
`;
