import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noClockModel, toLocal, toMedia, type ClockModel } from '../shared/clock_model.ts';
import { localInstant, mediaInstant } from '../shared/time.ts';

const model: ClockModel = {
  ...noClockModel,
  localReference: localInstant(18_000e9),
  mediaReference: mediaInstant(7e9),
  skew: 50e-6,
  valid: true,
};

test('a model adds its skew from its reference on', () => {
  assert.equal(toMedia(model, model.localReference), 7e9);
  assert.equal(toMedia(model, localInstant(18_010e9)), 17e9 + 500_000);
  assert.equal(toMedia(model, localInstant(17_990e9)), -3e9 - 500_000);
});

test('toLocal is the inverse of toMedia to a nanosecond', () => {
  for (let s = -100; s <= 100; s += 7) {
    const local = localInstant(18_000e9 + s * 1e9 + s * 1_237);
    assert.ok(Math.abs(toLocal(model, toMedia(model, local)) - local) <= 1, `${s} s`);
  }
});

test('who knows nothing has no valid model', () => {
  assert.equal(noClockModel.valid, false);
});
