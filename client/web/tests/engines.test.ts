import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oldestNode, refusals } from '../engines.mjs';

function lock(node: string | undefined): unknown {
  const engines = node === undefined ? {} : { engines: { node } };
  const packages = { '': {}, 'node_modules/x': { version: '1.2.3', ...engines } };
  return { lockfileVersion: 3, packages };
}

test('check-engines takes what runs on the oldest Node', () => {
  for (const range of [undefined, '>=18', '^18.18.0 || ^20.9.0 || >=21.1.0', '>=14.17', '*']) {
    assert.deepEqual(refusals(lock(range), oldestNode), [], range);
  }
});

test('check-engines names what does not', () => {
  for (const range of ['>=20', '20 || >=22', '^18.20.1', '>=18.21', '18.19.x', 'nonsense']) {
    const found = refusals(lock(range), oldestNode);
    assert.deepEqual(found, [`node_modules/x 1.2.3 wants node ${range}`]);
  }
});

test('check-engines does not take a lock without packages for a good one', () => {
  assert.equal(refusals({ lockfileVersion: 1, dependencies: {} }, oldestNode).length, 1);
});
