import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JitterBuffer, type Arrival } from '../player/jitter_buffer.ts';
import { PacketSlot } from '../player/packet.ts';
import { readTables, rows } from './player_vectors.ts';

const arrivals: readonly Arrival[] = ['stored', 'duplicate', 'late', 'refused'];
const laneMedia = 480_123;

function packetOf(sequence: number, mediaOff = 0, size = 4): PacketSlot {
  const slot = new PacketSlot();
  const media = laneMedia + sequence * 960 + mediaOff;
  slot.put({ stream: 0, epoch: 0, sequence, media, programme: 0 }, new Uint8Array(size));
  return slot;
}

test('JitterBuffer decides as C++ does, step by step', () => {
  const buffer = new JitterBuffer();
  const seen = new Set<number>();
  for (const [index, row] of rows(readTables('jitter_buffer'), 'steps').entries()) {
    const [step, sequence = 0, off = 0, size = 0, arrival = -1, ...after] = row;
    if (step === 0) {
      const became = buffer.insert(packetOf(sequence, off, size));
      assert.equal(became, arrivals[arrival], `step ${index}`);
      seen.add(arrival);
    } else if (step === 1 && buffer.lowest() >= 0) {
      buffer.flowFrom(sequence);
    } else if (step === 2) {
      buffer.stop();
    } else if (step === 3) {
      buffer.pass();
    } else if (step === 4) {
      buffer.dropBelow(sequence);
    } else if (step === 5) {
      buffer.reset();
    }
    const { next, waiting, highest, flowing } = buffer;
    const here = buffer.peek() !== null;
    const state = [next, waiting, buffer.lowest(), highest, Number(flowing), Number(here)];
    assert.deepEqual(state, after, `after step ${index}`);
  }
  assert.equal(seen.size, 4, 'the vectors hold every kind of arrival');
});

test('JitterBuffer gives packets in order, and tells late from duplicate', () => {
  const buffer = new JitterBuffer();
  for (const sequence of [12, 10, 11, 14]) {
    assert.equal(buffer.insert(packetOf(sequence)), 'stored');
  }
  buffer.flowFrom(buffer.lowest());
  const given: number[] = [];
  for (let i = 0; i < 5; ++i) {
    given.push(buffer.peek()?.stamp.sequence ?? -1);
    buffer.pass();
  }
  assert.deepEqual(given, [10, 11, 12, -1, 14]);
  assert.equal(buffer.insert(packetOf(13)), 'late');
  assert.equal(buffer.insert(packetOf(14)), 'duplicate');
});

test('JitterBuffer refuses what is off the grid, too large or no sensible time', () => {
  const buffer = new JitterBuffer();
  assert.equal(buffer.insert(packetOf(0, NaN)), 'refused');
  assert.equal(buffer.insert(packetOf(0, 2 ** 51)), 'refused');
  assert.equal(buffer.insert(packetOf(0, 0, 1_276)), 'refused');
  assert.equal(buffer.insert(packetOf(0)), 'stored');
  assert.equal(buffer.insert(packetOf(1, 1)), 'refused');
});
