import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  localInstant,
  mediaInstant,
  readLocal,
  roundAway,
  toFrame,
  toInstant,
  type MediaTime,
} from '../shared/time.ts';

function frame(number: number): MediaTime {
  return number as MediaTime;
}

test('toInstant rounds a frame down to a nanosecond', () => {
  const table: readonly (readonly [number, number])[] = [
    [0, 0],
    [1, 20_833],
    [2, 41_666],
    [3, 62_500],
    [48_000, 1e9],
    [-1, -20_834],
    [-3, -62_500],
  ];
  for (const [number, ns] of table) {
    assert.equal(toInstant(frame(number)), ns, String(number));
  }
});

test('toFrame gives the last frame that has started', () => {
  const table: readonly (readonly [number, number])[] = [
    [0, 0],
    [20_833, 0],
    [20_834, 1],
    [62_500, 3],
    [-1, -1],
  ];
  for (const [ns, number] of table) {
    assert.equal(toFrame(mediaInstant(ns)), number, String(ns));
  }
});

test('frames and instants convert exactly for a hundred days', () => {
  const days = 100 * 86_400 * 48_000;
  for (const number of [days, days + 1, days + 2, -days - 1]) {
    const exact = (BigInt(number) * 62_500n - (number < 0 ? 2n : 0n)) / 3n;
    assert.equal(BigInt(toInstant(frame(number))), exact, String(number));
    assert.equal(toFrame(mediaInstant(toInstant(frame(number)) + 1)), number);
    assert.equal(toFrame(mediaInstant(toInstant(frame(number)) - 1)), number - 1);
  }
});

test('roundAway rounds halves away from zero', () => {
  const table: readonly (readonly [number, number])[] = [
    [0.5, 1],
    [-0.5, -1],
    [1.49, 1],
    [-1.49, -1],
    [-2.5, -3],
    [2 ** 52 + 1, 2 ** 52 + 1],
  ];
  for (const [value, rounded] of table) {
    assert.equal(roundAway(value), rounded, String(value));
  }
  assert.ok(Object.is(roundAway(-0.2), 0), 'never minus zero');
});

test('two contexts of a page read the same clock', () => {
  const baseMs = 1_700_000_000_000;
  const page = { timeOrigin: baseMs, now: () => 5_000.25 };
  const worker = { timeOrigin: baseMs + 3_000, now: () => 2_000.25 };
  assert.equal(readLocal(page, baseMs), localInstant(5_000_250_000));
  assert.equal(readLocal(worker, baseMs), readLocal(page, baseMs));
});
