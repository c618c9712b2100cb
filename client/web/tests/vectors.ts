// Reads the vectors that C++ and TypeScript share: tests/golden of the repository.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClockModel } from '../shared/clock_model.ts';

const folder = process.env['EARSHOT_GOLDEN'];
if (folder === undefined) {
  throw new Error('EARSHOT_GOLDEN must name the folder tests/golden (client/web/run-tests does)');
}

/** What tests/golden/wire says of one envelope. */
export interface WireVector {
  readonly name: string;
  readonly kind: number;
  /** Of the whole envelope. */
  readonly hex: string;
  /** Why it must be refused. */
  readonly error?: string;
  readonly stream?: number;
  readonly packets?: readonly {
    readonly epoch: number;
    readonly sequence: number;
    readonly media: number;
    readonly programme: number;
    readonly payload: string;
  }[];
}

/** One line of tests/golden/sync: what happens, its inputs, and what comes out. */
export type SyncEvent = readonly [string, ...number[]];

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(String(folder), ...path), 'utf8'));
}

/** All envelopes of tests/golden/wire, in the order of their names. */
export function envelopeVectors(): readonly WireVector[] {
  const found = readdirSync(join(String(folder), 'wire'))
    .filter((name) => name.endsWith('.json') && !name.startsWith('datagram_'))
    .sort()
    .map((name) => readJson('wire', name) as WireVector);
  assert.ok(found.length >= 20, 'tests/golden/wire has its vectors');
  return found;
}

/** A file of tests/golden/sync. */
export function syncVectors(name: string): unknown {
  return readJson('sync', `${name}.json`);
}

/** The events of a file of tests/golden/sync that has one run. */
export function syncEvents(name: string): readonly SyncEvent[] {
  const { events } = syncVectors(name) as { readonly events: readonly SyncEvent[] };
  assert.ok(events.length > 50, `${name} has its events`);
  return events;
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Equal to a billionth. */
export function assertNear(actual: number, expected: number | undefined, what: string): void {
  assert.ok(expected !== undefined, `${what} is in the vector`);
  const off = Math.abs(actual - expected);
  assert.ok(off <= 1e-9 * Math.abs(expected), `${what}: ${actual} is not ${expected}`);
}

/** Equal to a nanosecond. */
export function assertNs(actual: number, expected: number | undefined, what: string): void {
  assert.ok(expected !== undefined, `${what} is in the vector`);
  assert.ok(Math.abs(actual - expected) <= 1, `${what}: ${actual} ns is not ${expected} ns`);
}

/** Compares with a `model` event. */
export function assertModel(model: ClockModel, expected: readonly number[], what: string): void {
  assertNs(model.localReference, expected[0], `${what}: local reference`);
  assertNs(model.mediaReference, expected[1], `${what}: media reference`);
  assertNear(model.skew, expected[2], `${what}: skew`);
  assertNs(model.fitBoundNs, expected[3], `${what}: fit bound`);
  assertNs(model.pathBoundNs, expected[4], `${what}: path bound`);
  assertNear(model.skewBound, expected[5], `${what}: skew bound`);
  assertNs(model.since, expected[6], `${what}: since`);
  assert.ok(model.valid, `${what}: valid`);
}
