import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClockFit } from '../shared/clock_fit.ts';
import { pathStepped } from '../shared/clock_steps.ts';
import { ClockWindow, type Way } from '../shared/clock_window.ts';

/** A window whose buckets have these excesses, in us, in one direction; oldest first. */
function windowOf(way: Way, excessesUs: readonly number[]): ClockWindow {
  const window = new ClockWindow();
  for (const [index, excessUs] of excessesUs.entries()) {
    const delay = { atNs: index * 2e9, valueNs: 0 };
    window.insert(delay, delay, 0, -2e9);
    window.bucket(index)[way].excessNs = excessUs * 1e3;
  }
  assert.equal(window.count, excessesUs.length);
  return window;
}

function stepped(...excessesUs: readonly number[]): boolean {
  const up = pathStepped(windowOf('up', excessesUs), new ClockFit());
  assert.equal(pathStepped(windowOf('down', excessesUs), new ClockFit()), up, 'both ways alike');
  return up;
}

test('a path has stepped if three buckets agree on it', () => {
  assert.equal(stepped(0, 1, 2, 2, 500, 510, 505, 508), true);
  assert.equal(stepped(0, 1, 2, 2, 2, 510, 505, 508), false, 'two and the one that still fills');
  assert.equal(stepped(0, 1, 2, 2, 500, 610, 505, 508), false, 'they do not agree');
});

test('a path has not stepped if something has come sooner since', () => {
  assert.equal(stepped(0, 1, 2, 2, 500, 510, 505, 455), true, 'by less than they differ');
  assert.equal(stepped(0, 1, 2, 2, 500, 510, 505, 300), false);
});

test('a path has not stepped by less than 150 us, or six times what was usual', () => {
  assert.equal(stepped(0, 0, 0, 0, 151, 151, 151, 151), true);
  assert.equal(stepped(0, 0, 0, 0, 149, 149, 149, 149), false);
  assert.equal(stepped(0, 50, 50, 50, 455, 455, 455, 455), true);
  assert.equal(stepped(0, 50, 50, 50, 445, 445, 445, 445), false);
});

test('a path cannot have stepped before there are seven buckets', () => {
  assert.equal(stepped(0, 0, 0, 500, 500, 500), false);
  assert.equal(stepped(0, 0, 0, 500, 500, 500, 500), true);
});
