import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlayoutLoop } from '../shared/playout_loop.ts';
import { assertNear, syncEvents } from './vectors.ts';

test('PlayoutLoop corrects as C++ does', () => {
  const loop = new PlayoutLoop();
  let reanchors = 0;
  for (const [index, [what, ...values]] of syncEvents('playout_loop').entries()) {
    const [first = NaN, feedForward = NaN, elapsed = NaN, reanchor] = values;
    const where = `event ${index}`;
    switch (what) {
      case 'restart':
        loop.restart(first);
        assertNear(loop.correctionPpm, feedForward, where);
        break;
      case 'update': {
        const action = loop.update(first, feedForward, elapsed);
        assert.equal(action, reanchor === 1 ? 'reanchor' : 'follow', where);
        assertNear(loop.correctionPpm, values[4], where);
        break;
      }
      case 'reanchored':
        reanchors += 1;
        loop.reanchored();
        break;
      default:
        assert.fail(`event ${what}`);
    }
  }
  assert.equal(reanchors, 1);
});

test('PlayoutLoop changes its speed by no more than it may', () => {
  const loop = new PlayoutLoop();
  loop.restart(0);
  let last = loop.correctionPpm;
  let fastest = 0;
  for (let i = 0; i < 300; ++i) {
    assert.equal(loop.update(i < 150 ? 5e-3 : -5e-3, 0, 0.1), 'follow');
    fastest = Math.max(fastest, Math.abs(loop.correctionPpm - last));
    last = loop.correctionPpm;
    assert.ok(Math.abs(last) <= 500);
  }
  // 100 ppm/s in the start, which lasts while the error is large.
  assert.ok(fastest > 9.9 && fastest <= 10 + 1e-9, `${fastest} ppm in 0.1 s`);
});

test('PlayoutLoop starts until it is within 20 us', () => {
  /** The change of speed in 0.1 s, in ppm, that 5 ms make after so long at an error. */
  const change = (errorS: number, seconds: number): number => {
    const loop = new PlayoutLoop();
    loop.restart(0);
    for (let step = 0; step < seconds * 10; ++step) {
      loop.update(errorS, 0, 0.1);
    }
    const before = loop.correctionPpm;
    loop.update(5e-3, 0, 0.1);
    return loop.correctionPpm - before;
  };
  assert.ok(Math.abs(change(15e-6, 9) - 10) < 1e-9, '100 ppm/s in the first 10 s');
  assert.ok(Math.abs(change(15e-6, 12) - 2) < 1e-9, '20 ppm/s later');
  assert.ok(Math.abs(change(25e-6, 12) - 10) < 1e-9, 'not while it is further off');
});
