// Bundles the tests: node build.mjs OUT, one OUT/NAME.test.mjs for each tests/NAME.test.ts.
import { build } from 'esbuild';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = process.argv[2];
if (out === undefined || process.argv.length > 3) {
  console.error('usage: node build.mjs OUT');
  process.exit(2);
}
const names = await readdir(join(here, 'tests'));
await build({
  absWorkingDir: here,
  entryPoints: names.filter((name) => name.endsWith('.test.ts')).map((name) => `tests/${name}`),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // What comes from a registry is loaded as it is there.
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node18',
  sourcemap: 'inline',
  logLevel: 'warning',
});
