// Reads what the native player did (tests/golden/player).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.env['EARSHOT_GOLDEN'] ?? '../../tests/golden', 'player');

/** A NAME.json: rows of numbers by the table's name. */
export type Tables = Readonly<Record<string, readonly (readonly number[])[]>>;

export function readTables(name: string): Tables {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Tables;
}

/** The rows of a table that has some. */
export function rows(tables: Tables, name: string): readonly (readonly number[])[] {
  const table = tables[name];
  assert.ok(table !== undefined && table.length > 0, `no table ${name}`);
  return table;
}

/** The first row of a table. */
export function firstRow(tables: Tables, name: string): readonly number[] {
  return rows(tables, name)[0] ?? [];
}

/** A NAME.f32: little-endian float32. */
export function readFloats(name: string): Float32Array {
  const bytes = readFileSync(join(folder, `${name}.f32`));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** The generator that earshot-player-vectors uses. */
export class VectorNoise {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return (this.#state >>> 8) / 16_777_216;
  }

  /** In [-1, 1). */
  sample(): number {
    return 2 * this.unit() - 1;
  }
}

/** Noise as the vectors' inputs are: left and right in turn, from a seed. */
export function noiseBlock(frames: number, seed: number): [Float32Array, Float32Array] {
  const noise = new VectorNoise(seed);
  const left = new Float32Array(frames);
  const right = new Float32Array(frames);
  for (let n = 0; n < frames; ++n) {
    left[n] = noise.sample();
    right[n] = noise.sample();
  }
  return [left, right];
}

/** Amplitude of a level. */
export function fromDbfs(dbfs: number): number {
  return 10 ** (dbfs / 20);
}

/** Fails unless every sample is within a level of what is wanted. */
export function assertWithin(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  dbfs: number,
  what: string,
): void {
  assert.equal(got.length, wanted.length, what);
  let worst = 0;
  let where = 0;
  for (let n = 0; n < got.length; ++n) {
    const off = Math.abs((got[n] ?? NaN) - (wanted[n] ?? NaN));
    if (!(off <= worst)) {
      worst = off;
      where = n;
    }
  }
  assert.ok(worst <= fromDbfs(dbfs), `${what}: off by ${20 * Math.log10(worst)} dBFS at ${where}`);
}
