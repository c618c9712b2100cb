import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DriftCorrector } from '../player/drift_corrector.ts';
import { noClockModel, type ClockModel } from '../shared/clock_model.ts';
import { localInstant, mediaInstant } from '../shared/time.ts';
import { firstRow, readTables, rows } from './player_vectors.ts';

function modelOf(row: readonly number[]): ClockModel {
  const [, local = 0, media = 0, skew = 0, fitBoundNs = 0, skewBound = 0, since = 0] = row;
  return {
    ...noClockModel,
    localReference: localInstant(local),
    mediaReference: mediaInstant(media),
    skew,
    fitBoundNs,
    skewBound,
    since: localInstant(since),
    valid: true,
  };
}

test('DriftCorrector plans as C++ does, to the last bit', () => {
  const tables = readTables('drift_corrector');
  const [latencyNs = 0, readAhead = 0, rateHz = 0, frames = 0] = firstRow(tables, 'corrector');
  const corrector = new DriftCorrector(latencyNs, readAhead);
  let clock = noClockModel;
  let reanchors = 0;
  for (const [index, row] of rows(tables, 'steps').entries()) {
    const newer = rows(tables, 'clocks').find(([from]) => from === index);
    clock = newer === undefined ? clock : modelOf(newer);
    const [firstNs = 0, offset = 0, heard, ready, ...wanted] = row;
    const dac = { first: localInstant(firstNs), rateHz };
    assert.equal(corrector.ready(clock, dac), ready === 1, `step ${index}`);
    if (ready !== 1) {
      continue;
    }
    const stretch = corrector.plan(clock, dac, offset, frames, heard === 1);
    const jumps = stretch.reanchor;
    if (jumps) {
      ++reanchors;
      corrector.reanchor(frames);
    }
    const { position, stepFirst, stepLast, scheduled, errorS } = stretch;
    const ppm = corrector.correctionPpm;
    const got = [position, stepFirst, stepLast, scheduled, errorS, Number(jumps), ppm];
    assert.deepEqual(got, wanted, `step ${index}`);
  }
  assert.ok(reanchors >= 2, 'the vectors hold re-anchors');
});

const exact: ClockModel = { ...noClockModel, valid: true };

/** Seconds until a corrector asks to re-anchor after its schedule jumped; NaN if it does not. */
function reanchorsAfter(jumpS: number): number {
  const corrector = new DriftCorrector(0, 0);
  const jumped = { ...exact, mediaReference: mediaInstant(jumpS * 1e9) };
  for (let block = 0; block < 1_000; ++block) {
    const first = localInstant((block * 128 * 1e9) / 48_000);
    const clock = block < 100 ? exact : jumped;
    assert.ok(corrector.ready(clock, { first, rateHz: 48_000 }));
    if (corrector.plan(clock, { first, rateHz: 48_000 }, 0, 128, block > 0).reanchor) {
      return ((block - 99) * 128) / 48_000;
    }
  }
  return NaN;
}

test('DriftCorrector re-anchors after 200 ms above 20 ms, either way, and not below', () => {
  for (const jumpS of [0.021, -0.021, 0.5]) {
    const after = reanchorsAfter(jumpS);
    assert.ok(after >= 0.2 && after < 0.206, `${jumpS} s: after ${after} s`);
  }
  assert.ok(Number.isNaN(reanchorsAfter(0.019)));
});

test('DriftCorrector waits for a good fit, puts up with a rough one, and begins in the end', () => {
  const at = (s: number): { first: ReturnType<typeof localInstant>; rateHz: number } => ({
    first: localInstant(s * 1e9),
    rateHz: 48_000,
  });
  const rough = { ...exact, fitBoundNs: 1.9e6 };
  const bad = { ...exact, fitBoundNs: 9e6 };
  const steep = { ...exact, skewBound: 30e-6 };
  assert.ok(!new DriftCorrector(0, 0).ready(noClockModel, at(9)));
  assert.ok(!new DriftCorrector(0, 0).ready(exact, { first: at(NaN).first, rateHz: 48_000 }));
  assert.ok(new DriftCorrector(0, 0).ready(exact, at(0)));
  for (const clock of [rough, steep]) {
    const corrector = new DriftCorrector(0, 0);
    assert.ok(!corrector.ready(clock, at(1.4)));
    assert.ok(corrector.ready(clock, at(1.5)));
    assert.ok(corrector.ready(bad, at(1.6)), 'once ready, it stays so');
  }
  const corrector = new DriftCorrector(0, 0);
  assert.ok(!corrector.ready(bad, at(3.9)));
  assert.ok(corrector.ready(bad, at(4)));
});
