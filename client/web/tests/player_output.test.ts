import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputStage, outputDelayFrames } from '../player/output_stage.ts';
import {
  assertWithin,
  firstRow,
  fromDbfs,
  noiseBlock,
  readFloats,
  readTables,
  rows,
} from './player_vectors.ts';

const frames50ms = 2_400;

/** A constant through an output stage that is told something first. Shape [frames]. */
function constantThrough(output: OutputStage, value: number, frames: number): Float32Array {
  const left = new Float32Array(frames).fill(value);
  output.process(left, left.slice(), 0, frames);
  return left;
}

test('OutputStage does what C++ does, to -110 dBFS', () => {
  const tables = readTables('output');
  const [frames = 0, seed = 0, block = 1] = firstRow(tables, 'input');
  const [left, right] = noiseBlock(frames, seed).map((channel) => channel.map((x) => x * 1.2));
  assert.ok(left !== undefined && right !== undefined);
  const output = new OutputStage(-1, 0);
  for (let at = 0; at < frames; at += block) {
    for (const [when, command, value = 0] of rows(tables, 'events')) {
      if (when === at / block) {
        [
          () => { output.setVolume(value); },
          () => { output.setLevelCap(value); },
          () => { output.mute(); },
          () => { output.unmute(value); },
        ][command ?? 0]?.();
      }
    }
    output.process(left, right, at, block);
  }
  const wanted = readFloats('output');
  assertWithin(left, wanted.subarray(0, frames), -110, 'left');
  assertWithin(right, wanted.subarray(frames), -110, 'right');
});

test('mute ends within 50 ms, begins at once and never rises', () => {
  const output = new OutputStage(0, 0);
  constantThrough(output, 0.7, 4_800);
  output.mute();
  const ramp = constantThrough(output, 0.7, 4_800);
  for (let n = 1; n < ramp.length; ++n) {
    assert.ok((ramp[n] ?? NaN) <= (ramp[n - 1] ?? NaN), `rises at ${n}`);
  }
  assert.ok((ramp[outputDelayFrames + 48] ?? NaN) < 0.7, 'it has not begun after 3 ms');
  assert.equal(ramp[frames50ms], 0);
  assert.ok(output.silent && output.muted);
  // Nothing in it is a click: no step larger than the cosine's steepest.
  for (let n = 1; n < ramp.length; ++n) {
    assert.ok(Math.abs((ramp[n] ?? NaN) - (ramp[n - 1] ?? NaN)) < 0.7 * 0.00083);
  }
});

test('a second mute does not draw the first one out', () => {
  const output = new OutputStage(0, 0);
  constantThrough(output, 0.7, 480);
  output.mute();
  constantThrough(output, 0.7, 1_900);
  output.mute();
  const rest = constantThrough(output, 0.7, 501);
  assert.equal(rest[frames50ms - 1_900], 0);
});

test('what interrupts a ramp begins where that one is', () => {
  const output = new OutputStage(0, 0);
  constantThrough(output, 0.7, 480);
  output.mute();
  const falls = constantThrough(output, 0.7, 960);
  output.unmute(960);
  const rises = constantThrough(output, 0.7, 960 + outputDelayFrames);
  assert.ok(Math.abs((rises[0] ?? NaN) - (falls[959] ?? NaN)) < 0.7 * 0.00083);
  const least = Math.min(...rises);
  assert.ok(least > 0.34 && least < 0.36, `half way down: ${least}`);
  assert.equal(rises.at(-1), Math.fround(0.7));
});

test('unmute comes back within its time', () => {
  const output = new OutputStage(0, 0);
  output.mute();
  constantThrough(output, 0.5, frames50ms);
  output.unmute(14_400);
  const back = constantThrough(output, 0.5, 14_400 + outputDelayFrames + 1);
  assert.equal(back[outputDelayFrames - 1], 0);
  assert.ok((back[outputDelayFrames + 48] ?? NaN) > 0);
  assert.equal(back[14_400 + outputDelayFrames], 0.5);
  assert.equal(output.muted, false);
});

test('nothing leaves above the level cap, also while it goes down', () => {
  const output = new OutputStage(0, -6);
  const [left, right] = noiseBlock(9_600, 4);
  output.process(left, right, 0, 4_800);
  output.setLevelCap(-20);
  output.process(left, right, 4_800, 4_800);
  const cap = fromDbfs(-6) + 1e-6;
  const low = fromDbfs(-20) + 1e-6;
  let loudest = 0;
  for (const [n, sample] of [...left.entries(), ...right.entries()]) {
    assert.ok(Math.abs(sample) <= (n < 4_800 + 1_920 + 96 ? cap : low), `at ${n}`);
    loudest = Math.max(loudest, Math.abs(sample));
  }
  assert.ok(loudest > 0.4, 'and it is not simply quiet');
});

test('what is below the cap is only delayed', () => {
  const output = new OutputStage(0, 0);
  const [left, right] = noiseBlock(2_000, 8);
  const before = left.slice();
  output.process(left, right, 0, 2_000);
  assert.deepEqual(left.slice(outputDelayFrames), before.slice(0, 2_000 - outputDelayFrames));
});

test('what is not a number neither leaves nor stays', () => {
  const output = new OutputStage(0, 0);
  const left = new Float32Array(400).fill(0.25);
  left[10] = NaN;
  left[20] = Infinity;
  output.process(left, left.slice(), 0, 400);
  assert.ok(left.every((sample) => Number.isFinite(sample)));
  assert.equal(left[399], 0.25);
});

test('settings from outside are bounded', () => {
  assert.equal(constantThrough(new OutputStage(40, 40), 0.5, 200)[199], 0.5);
  const quiet = constantThrough(new OutputStage(-400, 0), 0.5, 200)[199] ?? NaN;
  assert.ok(Math.abs(quiet - 0.0005) < 1e-6);
  const output = new OutputStage(0, 0);
  output.setVolume(NaN);
  const falls = constantThrough(output, 0.5, 3_000)[2_999] ?? NaN;
  assert.ok(Math.abs(falls - 0.0005) < 1e-6, 'what is no number turns down, never up');
});
