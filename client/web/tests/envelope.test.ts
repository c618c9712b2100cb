import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kind, makeEnvelope, maxFromServerBytes, parseEnvelope } from '../shared/envelope.ts';
import { envelopeVectors, fromHex, toHex } from './vectors.ts';

for (const vector of envelopeVectors()) {
  test(`parseEnvelope splits vector ${vector.name}`, () => {
    const result = parseEnvelope(fromHex(vector.hex));
    if (vector.error === 'bad_kind') {
      assert.deepEqual(result, { ok: false, error: 'bad_kind' });
      return;
    }
    assert.ok(result.ok);
    assert.equal(result.value.kind, vector.kind);
    assert.equal(toHex(result.value.body), vector.hex.slice(2));
    assert.equal(toHex(makeEnvelope(result.value.kind, result.value.body)), vector.hex);
  });
}

test('the vectors hold every kind', () => {
  const kinds = new Set(envelopeVectors().map((vector) => vector.kind));
  for (const [name, kind] of Object.entries(Kind)) {
    assert.ok(kinds.has(kind), name);
  }
});

test('parseEnvelope refuses what is empty or too large', () => {
  assert.deepEqual(parseEnvelope(new Uint8Array(0)), { ok: false, error: 'truncated' });
  const large = new Uint8Array(maxFromServerBytes + 1).fill(Kind.welcome, 0, 1);
  assert.deepEqual(parseEnvelope(large), { ok: false, error: 'payload_too_large' });
  assert.ok(parseEnvelope(large.subarray(0, maxFromServerBytes)).ok);
});

test('parseEnvelope knows no other kinds', () => {
  const known = new Set<number>(Object.values(Kind));
  for (let kind = 0; kind < 256; ++kind) {
    assert.equal(parseEnvelope(Uint8Array.of(kind)).ok, known.has(kind), String(kind));
  }
});
