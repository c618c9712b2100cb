import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorHistogram, type ErrorQuantiles } from '../player/playout_stats.ts';

function quantilesOf(errors: ErrorHistogram): ErrorQuantiles {
  const into = { p50Us: -1, p99Us: -1, maxUs: -1, meanUs: -1 };
  errors.quantiles(into);
  return into;
}

test('ErrorHistogram gives quantiles within five percent, never better than the truth', () => {
  const errors = new ErrorHistogram();
  for (let i = 1; i <= 1_000; ++i) {
    errors.add((i % 2 === 0 ? -i : i) * 1e-6, 10);
  }
  const { p50Us, p99Us, maxUs, meanUs } = quantilesOf(errors);
  assert.ok(p50Us >= 500 && p50Us <= 525, `${p50Us}`);
  assert.ok(p99Us >= 990 && p99Us <= 1_000, `${p99Us}`);
  assert.ok(Math.abs(maxUs - 1_000) < 1e-6);
  assert.ok(Math.abs(meanUs + 0.5) < 1e-6, `${meanUs}`);
});

test('ErrorHistogram forgets after two seconds, and at once when it is cleared', () => {
  const errors = new ErrorHistogram();
  errors.add(0.3, 480);
  for (let i = 0; i < 250; ++i) {
    errors.add(1e-6, 480);
  }
  assert.ok(quantilesOf(errors).maxUs < 2);
  errors.clear();
  assert.deepEqual(quantilesOf(errors), { p50Us: 0, p99Us: 0, maxUs: 0, meanUs: 0 });
});
