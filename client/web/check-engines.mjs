// Looks whether everything in package-lock.json runs on the oldest Node we support.
//   node check-engines.mjs     Exit: 0 all does, 1 something does not (a line each).
import { readFile } from 'node:fs/promises';
import { exit } from 'node:process';
import { oldestNode, refusals } from './engines.mjs';

const text = await readFile(new URL('package-lock.json', import.meta.url), 'utf8');
const found = refusals(JSON.parse(text), oldestNode);
for (const line of found) {
  console.error(`check-engines: ${line}; ${oldestNode} must do`);
}
exit(found.length === 0 ? 0 : 1);
