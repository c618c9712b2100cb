import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBundle } from '../shared/bundle.ts';
import { envelopeVectors, fromHex, toHex } from './vectors.ts';

const bundles = envelopeVectors().filter((vector) => vector.kind === 1);
const good = bundles.filter((vector) => vector.error === undefined);

function body(hex: string): Uint8Array {
  return fromHex(hex).subarray(1);
}

for (const vector of bundles) {
  test(`parseBundle reads vector ${vector.name}`, () => {
    const result = parseBundle(body(vector.hex));
    if (!result.ok) {
      assert.equal(result.error, vector.error);
      return;
    }
    assert.equal(vector.error, undefined);
    const read = result.value.map(({ stamp, payload }) => ({
      epoch: stamp.epoch,
      sequence: stamp.sequence,
      media: stamp.media,
      programme: stamp.programme,
      payload: toHex(payload),
    }));
    assert.deepEqual(read, vector.packets);
    for (const { stamp } of result.value) {
      assert.equal(stamp.stream, vector.stream);
    }
  });
}

test('the vectors hold bundles to read and bundles to refuse', () => {
  assert.ok(good.length >= 4 && bundles.length - good.length >= 6);
});

test('parseBundle refuses every truncation', () => {
  for (const vector of good) {
    const bytes = body(vector.hex);
    for (let size = 0; size < bytes.length; ++size) {
      const result = parseBundle(bytes.subarray(0, size));
      assert.ok(!result.ok, `${vector.name} cut to ${size} bytes`);
      assert.equal(result.error, 'truncated', `${vector.name} cut to ${size} bytes`);
    }
  }
});

test('parseBundle reads nothing outside its bytes', () => {
  const bytes = body(good[0]?.hex ?? '');
  const around = new Uint8Array(bytes.length + 64).fill(0xff);
  around.set(bytes, 32);
  const inside = around.subarray(32, 32 + bytes.length);
  assert.deepEqual(parseBundle(inside), parseBundle(bytes));
  assert.deepEqual(parseBundle(inside.subarray(0, -1)), { ok: false, error: 'truncated' });
});

test('parseBundle takes stamps up to 2^48 frames, exactly', () => {
  const bytes = new Uint8Array(4 + 28);
  const view = new DataView(bytes.buffer);
  view.setUint8(1, 1);
  const parse = (media: bigint, programme: bigint): readonly number[] | string => {
    view.setBigInt64(12, media, true);
    view.setBigInt64(20, programme, true);
    const result = parseBundle(bytes);
    return result.ok
      ? result.value.flatMap(({ stamp }) => [stamp.media, stamp.programme])
      : result.error;
  };
  const most = 2n ** 48n;
  assert.deepEqual(parse(most, -most), [2 ** 48, -(2 ** 48)]);
  assert.deepEqual(parse(most - 1n, 1n - most), [2 ** 48 - 1, 1 - 2 ** 48]);
  for (const far of [most + 1n, -most - 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    assert.equal(parse(far, 0n), 'bad_value', String(far));
    assert.equal(parse(0n, far), 'bad_value', String(far));
  }
});

test('parseBundle survives any bytes', () => {
  let state = 1;
  const random = (): number => (state = Math.imul(state, 1_664_525) + 1_013_904_223) >>> 24;
  let read = 0;
  for (let round = 0; round < 20_000; ++round) {
    const vector = good[round % good.length];
    const bytes = body(vector?.hex ?? '');
    for (let change = 0; change < 1 + (random() % 3); ++change) {
      bytes[random() % bytes.length] = random();
    }
    const result = parseBundle(bytes.subarray(0, bytes.length - (random() % 3)));
    if (result.ok) {
      read += 1;
      assert.ok(result.value.length >= 1 && result.value.length <= 8);
      assert.ok(result.value.every(({ payload }) => payload.length <= 1275));
    }
  }
  assert.ok(read > 1000 && read < 19_000, `${read} of 20000 were bundles still`);
});
