import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolyphaseResampler, rampedPosition } from '../player/polyphase_resampler.ts';
import { makeStereo } from '../player/stereo_block.ts';
import {
  assertWithin,
  firstRow,
  fromDbfs,
  noiseBlock,
  readFloats,
  readTables,
  rows,
} from './player_vectors.ts';

const resampler = new PolyphaseResampler();

test('PolyphaseResampler gives what C++ gives, to -110 dBFS', () => {
  const tables = readTables('resampler');
  const [frames = 0, seed = 0] = firstRow(tables, 'input');
  const [left, right] = noiseBlock(frames, seed);
  const wanted = readFloats('resampler');
  const got: number[] = [];
  for (const [start = 0, first = 0, last = 0, count = 0] of rows(tables, 'cases')) {
    const out = makeStereo(count);
    resampler.processRamped({ left, right }, start, first, last, out, count);
    got.push(...out.left, ...out.right);
  }
  assertWithin(got, wanted, -110, 'resampled noise');
});

test('PolyphaseResampler is exact where a position is a whole number', () => {
  const [left, right] = noiseBlock(300, 3);
  const out = makeStereo(128);
  resampler.processRamped({ left, right }, 50, 1, 1, out, 128);
  assert.deepEqual(out.left, left.slice(50, 178));
  assert.deepEqual(out.right, right.slice(50, 178));
});

for (const hertz of [997, 10_000, 18_000]) {
  test(`a sine of ${hertz} Hz through +100 ppm has no spur above -90 dBFS and no step`, () => {
    const frames = 9_600;
    const sine = (n: number): number => Math.sin((2 * Math.PI * hertz * n) / 48_000);
    const left = Float32Array.from({ length: frames + 100 }, (_, n) => sine(n));
    const out = makeStereo(frames);
    resampler.processRamped({ left, right: left }, 40.3, 1.0001, 1.0001, out, frames);
    let worst = 0;
    for (let n = 0; n < frames; ++n) {
      worst = Math.max(worst, Math.abs((out.left[n] ?? NaN) - sine(40.3 + n * 1.0001)));
    }
    assert.ok(worst < fromDbfs(-90), `${20 * Math.log10(worst)} dBFS`);
  });
}

test('PolyphaseResampler passes a constant with gain 1 at every phase', () => {
  const left = new Float32Array(1_200).fill(0.5);
  const out = makeStereo(1_024);
  resampler.processRamped({ left, right: left }, 40, 1 + 1 / 1_024, 1 + 1 / 1_024, out, 1_024);
  for (const sample of out.left) {
    assert.ok(Math.abs(sample - 0.5) < 1e-6);
  }
});

test('rampedPosition goes on where the block before it ended', () => {
  const end = rampedPosition(10, 1, 1.0005, 128, 128);
  assert.ok(Math.abs(end - (10 + 64 * 2.0005)) < 1e-9);
  const lastStep = end - rampedPosition(10, 1, 1.0005, 128, 127);
  assert.ok(Math.abs(lastStep - 1.0005) < 1e-5);
});

test('PolyphaseResampler refuses positions that its input does not reach', () => {
  const input = makeStereo(200);
  const out = makeStereo(128);
  assert.throws(() => {
    resampler.processRamped(input, 30.9, 1, 1, out, 128);
  }, RangeError);
  assert.throws(() => {
    resampler.processRamped(input, 41, 1, 1, out, 128);
  }, RangeError);
  resampler.processRamped(input, 40.9, 1, 1, out, 128);
});
