import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fadeIn, PlayerRig, toneAt } from './player_rig.ts';
import { fromDbfs } from './player_vectors.ts';

const start = 50_000;

test('a new epoch cross-fades in at its media frame, without a click', () => {
  const rig = new PlayerRig({ devicePpm: 100 });
  const seek = start + 24_037;
  rig.send({ start, packets: 31 });
  rig.send({ start: seek, epoch: 2, tone: 2, packets: 50 });
  rig.playUntil(seek + 24_000);
  // The fade begins on the output frame nearest to the switch.
  const sound = (media: number): number => {
    const weight = fadeIn(media, seek);
    return toneAt(0, media) * (1 - weight) + toneAt(2, media) * weight;
  };
  assert.ok(rig.worst(start + 1_100, seek - 2, sound) < fromDbfs(-90));
  assert.ok(rig.worst(seek - 2, seek + 1_000, sound) < fromDbfs(-60));
  assert.ok(rig.worst(seek + 1_000, seek + 23_000, sound) < fromDbfs(-90));
  const { epoch, packetsLost, programme, media } = rig.player.stats();
  assert.deepEqual([epoch, packetsLost], [2, 0]);
  assert.equal(programme, media - seek);
});

test('an old epoch is needed no longer than its fade, and what it lacks then is no loss', () => {
  const rig = new PlayerRig();
  const seek = start + 23_995; // the fade ends just before the old lane's 29 packets do
  rig.send({ start, packets: 29 });
  rig.send({ start: seek, epoch: 2, tone: 2, packets: 50 });
  rig.playUntil(seek + 24_000);
  const { packetsLost, framesConcealed } = rig.player.stats();
  assert.deepEqual([packetsLost, framesConcealed], [0, 0]);
});

test('a lane that speaks of another clock is given up for one that is of this', () => {
  const rig = new PlayerRig();
  rig.send({ start: start + 960_000, packets: 40, lead: 960_000 + 9_600 });
  rig.playUntil(start + 48_000);
  assert.ok(rig.left.every((sample) => sample === 0));
  rig.send({ start: start + 60_000, packets: 40 });
  rig.playUntil(start + 90_000);
  assert.ok(rig.worst(start + 62_000, start + 89_000, (m) => toneAt(0, m)) < fromDbfs(-90));
});

test('packets of an epoch that is over are late and not heard', () => {
  const rig = new PlayerRig();
  const seek = start + 24_000;
  rig.send({ start, packets: 31 });
  rig.send({ start: seek, epoch: 2, tone: 2, packets: 100 });
  rig.playUntil(seek + 48_000);
  const { packetsLate } = rig.player.stats();
  rig.send({ start: seek + 40_000, epoch: 1, tone: 3, packets: 20 });
  rig.playUntil(seek + 80_000);
  assert.equal(rig.player.stats().packetsLate, packetsLate + 20);
  assert.ok(rig.worst(seek + 2_000, seek + 79_000, (m) => toneAt(2, m)) < fromDbfs(-90));
});

test('the other stream is heard within 20 ms of asking for it, at a common media time', () => {
  const rig = new PlayerRig({});
  rig.send({ start, packets: 60 });
  rig.send({ start, stream: 1, packets: 60 });
  rig.player.post({ kind: 'follow', stream: 0 });
  rig.playUntil(start + 24_000);
  const asked = rig.media(rig.left.length);
  rig.player.post({ kind: 'follow', stream: 1 });
  rig.playUntil(start + 48_000);
  assert.ok(rig.worst(start + 1_100, asked, (m) => toneAt(0, m)) < fromDbfs(-90));
  // It takes a moment to decode what was not decoded ahead; then the fade, then the limiter's 2 ms.
  assert.ok(rig.worst(asked + 960 + 960, start + 47_000, (m) => toneAt(1, m)) < fromDbfs(-90));
  assert.ok(rig.steepest(start + 1_100, start + 47_000) < 0.4 * 0.0579 * 1.1);
});

test('it stays with its stream until the other one has sound', () => {
  const rig = new PlayerRig({});
  rig.send({ start, packets: 60 });
  rig.player.post({ kind: 'follow', stream: 1 });
  rig.player.post({ kind: 'follow', stream: 0 });
  rig.playUntil(start + 12_000);
  rig.player.post({ kind: 'follow', stream: 1 });
  rig.playUntil(start + 48_000);
  assert.ok(rig.worst(start + 1_100, start + 47_000, (m) => toneAt(0, m)) < fromDbfs(-90));
});

test('panic is silent within 50 ms, never rises, then plays the safe stream', () => {
  const rig = new PlayerRig({});
  rig.send({ start, packets: 80 });
  rig.send({ start, stream: 1, packets: 80 });
  rig.player.post({ kind: 'follow', stream: 0 });
  rig.playUntil(start + 24_000);
  const asked = rig.left.length;
  rig.player.post({ kind: 'panic', stream: 1, fadeMs: 300 });
  rig.playUntil(start + 72_000);
  const loudest = (first: number, frames: number): number =>
    Math.max(...rig.left.slice(first, first + frames).map(Math.abs));
  // Over one period of the tone each: 109 frames.
  for (let at = asked; at < asked + 2_016 - 218; at += 109) {
    assert.ok(loudest(at + 109, 109) <= loudest(at, 109) + 1e-6, `rises at ${at - asked}`);
  }
  assert.equal(loudest(asked + 2_016, 128), 0);
  assert.ok(rig.worst(start + 44_000, start + 71_000, (m) => toneAt(1, m)) < fromDbfs(-90));
  assert.ok(rig.steepest(start + 24_000, start + 71_000) < 0.4 * 0.0579 * 1.1);
});

test('what falls silent is what was heard, whatever is followed meanwhile', () => {
  const rig = new PlayerRig();
  rig.send({ start, packets: 80 });
  rig.send({ start, stream: 1, packets: 80 });
  rig.player.post({ kind: 'follow', stream: 0 });
  rig.playUntil(start + 24_000);
  const asked = rig.media(rig.left.length) + 96;
  rig.player.post({ kind: 'panic', stream: 1, fadeMs: 300 });
  rig.player.post({ kind: 'follow', stream: 1 });
  rig.playUntil(start + 72_000);
  const falls = (media: number): number => {
    const x = Math.min(Math.max((media - asked + 1) / 1_920, 0), 1);
    return toneAt(0, media) * (0.5 + 0.5 * Math.cos(Math.PI * x));
  };
  assert.ok(rig.worst(asked, asked + 1_920, falls) < fromDbfs(-90));
  assert.ok(rig.worst(start + 44_000, start + 71_000, (m) => toneAt(1, m)) < fromDbfs(-90));
});

test('a stream that never has 60 ms ahead is gone over to after 300 ms', () => {
  const rig = new PlayerRig();
  rig.send({ start, packets: 80 });
  rig.send({ start, stream: 1, packets: 80, lead: 1_200 });
  rig.player.post({ kind: 'follow', stream: 0 });
  rig.playUntil(start + 24_000);
  rig.player.post({ kind: 'follow', stream: 1 });
  rig.playUntil(start + 72_000);
  assert.ok(rig.worst(start + 1_100, start + 38_300, (m) => toneAt(0, m)) < fromDbfs(-90));
  assert.ok(rig.worst(start + 40_000, start + 71_000, (m) => toneAt(1, m)) < fromDbfs(-90));
});

test('exit is silent within 50 ms and stays so, also when no packet comes any more', () => {
  const rig = new PlayerRig({});
  rig.send({ start, packets: 28 });
  rig.playUntil(start + 23_500);
  const asked = rig.left.length;
  rig.player.post({ kind: 'silence' });
  rig.playUntil(start + 96_000);
  assert.ok(rig.left.slice(asked, asked + 480).some((sample) => Math.abs(sample) > 0.1));
  assert.ok(rig.left.slice(asked + 2_400).every((sample) => sample === 0));
  assert.equal(rig.player.stats().playing, false);
});

test('all clear comes back to where the programme is by then', () => {
  const rig = new PlayerRig({});
  rig.send({ start, packets: 120 });
  rig.playUntil(start + 24_000);
  rig.player.post({ kind: 'silence' });
  rig.playUntil(start + 48_000);
  rig.player.post({ kind: 'allClear', stream: 0, fadeMs: 100 });
  rig.playUntil(start + 96_000);
  assert.equal(rig.worst(start + 24_000 + 2_400, start + 48_000, () => 0), 0);
  assert.ok(rig.worst(start + 48_000 + 6_000, start + 95_000, (m) => toneAt(0, m)) < fromDbfs(-90));
});

test('volume and cap hold', () => {
  const rig = new PlayerRig({ player: { levelCapDbfs: -20 } });
  rig.send({ start, packets: 130 });
  rig.playUntil(start + 24_000);
  assert.ok(rig.left.every((sample) => Math.abs(sample) <= 0.1 + 1e-6));
  rig.player.post({ kind: 'levelCap', valueDbfs: 0 });
  rig.player.post({ kind: 'volume', valueDb: -20 });
  rig.playUntil(start + 110_000);
  const quiet = (media: number): number => toneAt(0, media, 0.04);
  assert.ok(rig.worst(start + 100_000, start + 109_000, quiet) < fromDbfs(-90));
});

test('a restarted server with lower epochs is taken up once nothing of the old one is left', () => {
  const rig = new PlayerRig({});
  rig.send({ start, epoch: 9, packets: 30 });
  rig.send({ start: start + 240_000, epoch: 1, tone: 2, packets: 60 });
  rig.playUntil(start + 280_000);
  assert.ok(rig.worst(start + 242_000, start + 279_000, (m) => toneAt(2, m)) < fromDbfs(-90));
});
