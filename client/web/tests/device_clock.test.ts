import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceClock } from '../shared/device_clock.ts';
import { localInstant } from '../shared/time.ts';
import { assertNear, assertNs, syncEvents } from './vectors.ts';

test('DeviceClock follows a device as C++ does', () => {
  const clock = new DeviceClock();
  assert.equal(clock.started, false);
  let unused = 0;
  for (const [index, [what, ...values]] of syncEvents('device_clock').entries()) {
    if (what === 'restart') {
      clock.restart();
      continue;
    }
    assert.equal(what, 'update');
    const [frames = NaN, at = NaN, used] = values;
    const where = `event ${index}`;
    assert.equal(clock.update(frames, localInstant(at)), used === 1, where);
    unused += used === 0 ? 1 : 0;
    assertNs(clock.instantOf(frames + 1_920), values[3], `${where}: instant`);
    assertNear(clock.framesAt(localInstant(at)), values[4], `${where}: frames`);
    assertNear(clock.rateHz, values[5], `${where}: rate`);
    assert.ok(Math.abs(clock.ratePpm - (values[6] ?? NaN)) < 1e-6, `${where}: ppm`);
    assert.equal(clock.jumps, values[7], `${where}: jumps`);
    assert.equal(clock.locked, values[8] === 1, `${where}: locked`);
  }
  assert.ok(unused > 2 && clock.jumps > 0, 'some reports were not believed, some jumps were');
});
