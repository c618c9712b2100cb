import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DelayLockedLoop } from '../shared/delay_locked_loop.ts';
import { assertNear, syncEvents } from './vectors.ts';

test('DelayLockedLoop smooths as C++ does', () => {
  const loop = new DelayLockedLoop(1 / 48_000, 48_000);
  assert.equal(loop.started, false);
  for (const [index, [what, ...values]] of syncEvents('delay_locked_loop').entries()) {
    const [frame = NaN, seconds = NaN, keep] = values;
    const where = `event ${index}`;
    switch (what) {
      case 'update':
        loop.update(frame, seconds);
        assertNear(loop.value(frame + 1_920), values[2], `${where}: value`);
        assertNear(loop.slope, values[3], `${where}: slope`);
        assertNear(loop.ageS, values[4], `${where}: age`);
        assertNear(loop.frame(seconds), values[5], `${where}: frame`);
        break;
      case 'reset':
        loop.reset(frame, seconds, keep === 1);
        break;
      case 'shift':
        loop.shift(frame);
        break;
      default:
        assert.fail(`event ${what}`);
    }
  }
  assert.equal(loop.started, true);
});

test('DelayLockedLoop finds the rate of a clock without noise', () => {
  const slope = 1 / (48_000 * (1 + 80e-6));
  const loop = new DelayLockedLoop(1 / 48_000, 48_000);
  for (let frame = 0; frame < 60 * 48_000; frame += 4_800) {
    loop.update(frame, frame * slope);
  }
  assert.ok(Math.abs(loop.slope / slope - 1) < 1e-8);
});
