import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClockEstimator } from '../shared/clock_estimator.ts';
import type { ClockSample } from '../shared/clock_model.ts';
import { localInstant, mediaInstant } from '../shared/time.ts';
import { assertModel, syncVectors, type SyncEvent } from './vectors.ts';

interface Scenario {
  readonly name: string;
  readonly events: readonly SyncEvent[];
  readonly counters: readonly number[];
}

const { scenarios } = syncVectors('clock_estimator') as { readonly scenarios: readonly Scenario[] };

function sample(t1: number, t2: number, held: number, roundTrip: number): ClockSample {
  return {
    t1: localInstant(t1),
    t2: mediaInstant(t2),
    t3: mediaInstant(t2 + held),
    t4: localInstant(t1 + roundTrip),
  };
}

for (const scenario of scenarios) {
  test(`ClockEstimator fits as C++ does: ${scenario.name}`, () => {
    const estimator = new ClockEstimator();
    let models = 0;
    for (const [index, [what, ...values]] of scenario.events.entries()) {
      const [t1 = NaN, t2 = NaN, held = NaN, roundTrip = NaN, taken] = values;
      switch (what) {
        case 'add':
          assert.equal(
            estimator.add(sample(t1, t2, held, roundTrip)),
            taken === 1,
            `event ${index}`,
          );
          break;
        case 'model':
          models += 1;
          assertModel(estimator.model, values, `event ${index}`);
          break;
        case 'restart':
          estimator.restart();
          break;
        default:
          assert.fail(`event ${what}`);
      }
    }
    assert.ok(models >= 10, `${models} models were compared`);
    const { samples, refused, pathSteps, clockSteps } = estimator.counters;
    assert.deepEqual([samples, refused, pathSteps, clockSteps], scenario.counters);
  });
}

test('the scenarios hold refusals, path steps and clock steps', () => {
  const sum = (index: number): number =>
    scenarios.reduce((total, { counters }) => total + (counters[index] ?? 0), 0);
  assert.ok(sum(1) > 0 && sum(2) > 0 && sum(3) > 0);
});

test('a ClockEstimator publishes nothing before its fourth exchange', () => {
  const estimator = new ClockEstimator();
  for (let i = 0; i < 4; ++i) {
    assert.equal(estimator.model.valid, false);
    assert.ok(estimator.add(sample(i * 30e6, 5e9 + i * 30e6 + 100e3, 20e3, 220e3)));
  }
  assert.ok(estimator.model.valid);
  // Up and down take 100 us each; half the round trip is what asymmetry may hide.
  assert.equal(estimator.model.pathBoundNs, 100e3);
});
