import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlayerRig, stampOf, toneAt, tonePayload } from './player_rig.ts';
import { fromDbfs } from './player_vectors.ts';

const start = 50_000;
const tone = (media: number): number => toneAt(0, media);
/** Media frame at which a sequence's sound begins. */
const mediaOf = (sequence: number): number => start - 2_880 + sequence * 960;

test('Player conceals one lost packet once, and only that', () => {
  const rig = new PlayerRig();
  rig.send({ start, packets: 50, without: [20] });
  rig.playUntil(start + 38_400);
  const { packetsLost, framesConcealed, packetsLate } = rig.player.stats();
  assert.deepEqual([packetsLost, framesConcealed, packetsLate], [1, 960, 0]);
  const half = (media: number): number => toneAt(0, media, 0.2);
  assert.ok(rig.worst(mediaOf(20) + 40, mediaOf(21) - 40, half) < fromDbfs(-60));
  assert.ok(rig.worst(mediaOf(21) + 40, mediaOf(39), tone) < fromDbfs(-90));
});

test('a packet that comes after its time is late and lost, and is not heard', () => {
  const rig = new PlayerRig();
  rig.send({ start, packets: 50, without: [20] });
  rig.arrive(mediaOf(20) + 500, stampOf(0, 1, 20, start), tonePayload(3, 0));
  rig.playUntil(start + 38_400);
  const { packetsLost, packetsLate, packetsReceived } = rig.player.stats();
  assert.deepEqual([packetsLost, packetsLate, packetsReceived], [1, 1, 50]);
  assert.ok(rig.worst(mediaOf(21) + 40, mediaOf(39), tone) < fromDbfs(-90));
});

test('duplicates are counted and change nothing; reordered packets are put in order', () => {
  const rig = new PlayerRig();
  rig.send({ start, packets: 50, without: [21, 22] });
  for (const [sequence, at] of [
    [22, 9_000],
    [21, 8_000],
    [22, 7_000],
    [21, -3_000],
  ] as const) {
    const stamp = stampOf(0, 1, sequence, start);
    rig.arrive(mediaOf(20) - at, stamp, tonePayload(0, stamp.media));
  }
  rig.playUntil(start + 38_400);
  const { packetsLost, packetsDuplicate, packetsLate } = rig.player.stats();
  assert.deepEqual([packetsLost, packetsDuplicate, packetsLate], [0, 2, 0]);
  assert.ok(rig.worst(start + 1_100, mediaOf(39), tone) < fromDbfs(-90));
});

test('a long gap fades to silence in 100 ms, is counted, and sound comes back in step', () => {
  const rig = new PlayerRig();
  const gap = Array.from({ length: 15 }, (_, i) => 20 + i);
  rig.send({ start, packets: 70, without: gap });
  rig.playUntil(start + 57_600);
  const { packetsLost, framesConcealed, playing } = rig.player.stats();
  assert.deepEqual([packetsLost, framesConcealed, playing], [15, 15 * 960, true]);
  assert.equal(rig.worst(mediaOf(25) + 40, mediaOf(34), () => 0), 0);
  assert.ok(rig.worst(mediaOf(36) + 1_100, mediaOf(58), tone) < fromDbfs(-90));
  const own = rig.steepest(start + 1_100, mediaOf(19));
  assert.ok(rig.steepest(mediaOf(21), mediaOf(40)) < own * 1.1, 'it clicks where it comes back');
});

test('a gap of three packets fades, and sound comes back without a click', () => {
  const rig = new PlayerRig();
  rig.send({ start, packets: 50, without: [20, 21, 22] });
  rig.playUntil(start + 38_400);
  assert.equal(rig.player.stats().packetsLost, 3);
  // Half of the sound, falling to half of that.
  const end = mediaOf(23);
  const fallen = (media: number): number => toneAt(0, media, 0.2 * 0.5);
  assert.ok(rig.worst(end - 90, end - 40, fallen) < fromDbfs(-40));
  // The very first frame is as quiet as the concealed sound was.
  assert.ok(rig.worst(end + 40, end + 60, (media) => toneAt(0, media, 0.4 * 0.5)) < fromDbfs(-30));
  assert.ok(rig.worst(end + 520, mediaOf(39), tone) < fromDbfs(-90));
});

test('payloads that are no Opus are losses, and stamps off the grid are never heard', () => {
  const rig = new PlayerRig();
  rig.send({ start, packets: 50, without: [20] });
  rig.arrive(mediaOf(10), stampOf(0, 1, 20, start), new Uint8Array(0));
  rig.arrive(mediaOf(10), { ...stampOf(0, 1, 25, start), media: NaN }, tonePayload(3, 0));
  rig.arrive(mediaOf(10), { ...stampOf(0, 1, 26, start), media: 7 }, tonePayload(3, 0));
  rig.arrive(mediaOf(10), stampOf(0, 1, 27, start), new Uint8Array(4_000));
  rig.playUntil(start + 38_400);
  const { packetsLost, packetsReceived } = rig.player.stats();
  assert.deepEqual([packetsLost, packetsReceived], [1, 53]);
  assert.ok(rig.worst(mediaOf(21) + 40, mediaOf(39), tone) < fromDbfs(-90));
});

test('a full ring takes no more, counts what it refused, and plays on', () => {
  const rig = new PlayerRig();
  const fits = Array.from({ length: 140 }, (_, k) =>
    rig.player.pushPacket(stampOf(0, 1, k, start), tonePayload(0, stampOf(0, 1, k, start).media)),
  );
  assert.equal(fits.filter((fit) => fit).length, 128);
  rig.playUntil(mediaOf(128));
  assert.equal(rig.player.stats().packetsReceived, 140);
  // Of what came before anything played, the newest 96 packets find room.
  assert.ok(rig.worst(mediaOf(128 - 96) + 2_100, mediaOf(127), tone) < fromDbfs(-90));
});
