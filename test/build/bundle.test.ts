import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundle } from '../../build/bundle.ts';
import { root } from '../../build/places.ts';

const folder = mkdtempSync(join(tmpdir(), 'edgex-boot-bundle-'));
after(() => rmSync(folder, { recursive: true }));

const bundleOf = (name: string, source: string) => {
  const entry = join(folder, `${name}.ts`);
  writeFileSync(entry, source);
  return bundle(entry, folder);
};

test('what the program starts with is small: the work of the commands is loaded when it is called', async () => {
  const chunks = await bundle(join(root, 'src/main.ts'), folder);
  const eagerBytes = chunks.filter(({ eager }) => eager).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const names = chunks.filter(({ eager }) => eager).map(({ name, sizeBytes }) => `${name} ${sizeBytes}`);
  assert.ok(eagerBytes < 60_000, `starts with ${eagerBytes} bytes of code: ${names.join(', ')}`);
});

const refused = [
  {
    what: 'a package that is not in the bundle',
    source: `import 'left-out'; import 'node:fs';`,
    says: /left-out/,
  },
  {
    what: 'import() of a CommonJS package, whose names would be missing',
    source: `void import(${JSON.stringify(join(root, 'node_modules/ws/index.js'))});`,
    says: /import\(\) of .*ws\/index\.js, which is CommonJS/,
  },
  {
    what: 'code that esbuild warns of',
    source: `export const isIt = typeof globalThis === 'nonsense';`,
    says: /typeof/,
  },
];

for (const { what, source, says } of refused) {
  test(`the bundle refuses ${what}`, async () => {
    await assert.rejects(bundleOf('refused', source), says);
  });
}
