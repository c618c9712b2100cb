import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlayerRig, toneAt } from './player_rig.ts';
import { fromDbfs } from './player_vectors.ts';

const start = 50_000;
/** Media frames after the start by which all has faded in. */
const settled = start + 1_100;
const tone = (media: number): number => toneAt(0, media);

for (const [devicePpm, listenerPpm, block] of [
  [0, 0, 128],
  [100, 0, 128],
  [-100, 60, 480],
  [30, -100, 1_000],
] as const) {
  test(`frames come at their time: ${devicePpm}, ${listenerPpm} ppm, blocks of ${block}`, () => {
    const rig = new PlayerRig({ devicePpm, listenerPpm, block });
    rig.send({ start, packets: 110 });
    rig.playUntil(start + 96_000);
    const off = rig.worst(settled, start + 95_000, tone);
    assert.ok(off < fromDbfs(-90), `${20 * Math.log10(off)} dBFS off`);
    const { error, playing, packetsLost } = rig.player.stats();
    assert.ok(playing && error.p99Us < 1 && packetsLost === 0);
  });
}

test('Player is silent until the clock is known, then fades in at the right place', () => {
  const rig = new PlayerRig({ clock: false });
  rig.send({ start, packets: 60 });
  rig.playUntil(start + 9_600);
  assert.ok(rig.left.every((sample) => sample === 0));
  rig.player.setClock(rig.model(0, 0));
  rig.playUntil(start + 20_000);
  rig.player.setClock({ ...rig.model(5), valid: false }); // leaves the one that was
  rig.playUntil(start + 30_000);
  assert.ok(rig.worst(start + 9_600 + 1_300, start + 29_000, tone) < fromDbfs(-90));
  assert.equal(rig.player.stats().playing, true);
});

test('Player adds the latency of the device', () => {
  const rig = new PlayerRig({ player: { deviceLatencyNs: 10e6 } });
  rig.send({ start, packets: 60 });
  rig.playUntil(start + 20_000);
  const earlier = (media: number): number => tone(media + 480);
  assert.ok(rig.worst(settled, start + 19_000, earlier) < fromDbfs(-90));
});

test('a new calibration is worked off, or re-anchored, but never cut', () => {
  const rig = new PlayerRig({});
  rig.send({ start, packets: 150, lead: 14_400 });
  rig.playUntil(start + 24_000);
  rig.player.setDeviceLatency(40e6);
  rig.playUntil(start + 100_000);
  assert.equal(rig.player.stats().reanchors, 1);
  const earlier = (media: number): number => tone(media + 1_920);
  assert.ok(rig.worst(start + 40_000, start + 99_000, earlier) < fromDbfs(-90));
});

test('a device that says nonsense for a block is played on as before, also at the start', () => {
  const rig = new PlayerRig({ devicePpm: 60 });
  rig.lieAt(0, NaN, 48_000);
  rig.lieAt(128, 0, NaN);
  rig.send({ start, packets: 60 });
  const middle = rig.frameOf(start + 20_000);
  rig.lieAt(middle, NaN, 48_000);
  rig.lieAt(middle + 1_280, Infinity, 48_000);
  rig.lieAt(middle + 2_560, 0, 0);
  rig.lieAt(middle + 3_840, 1e300, 48_000);
  rig.playUntil(start + 40_000);
  assert.ok(rig.worst(settled, start + 39_000, tone) < fromDbfs(-90));
  assert.equal(rig.player.stats().reanchors, 0);
});

test('a small budget for decoding makes a join longer, and nothing worse', () => {
  for (const [decodeBudget, most] of [
    [1, 1],
    [undefined, 6],
  ] as const) {
    const rig = new PlayerRig({ player: decodeBudget === undefined ? {} : { decodeBudget } });
    rig.send({ start: start - 48_000, packets: 110, lead: 14_400 });
    rig.playUntil(start + 40_000);
    assert.equal(rig.mostDecoded, most);
    assert.ok(rig.worst(start + 12_000, start + 39_000, tone) < fromDbfs(-90));
    assert.equal(rig.player.stats().packetsLost, 0);
  }
});

test('Player re-anchors once, cross-faded, when the clock steps by 30 ms', () => {
  const rig = new PlayerRig({});
  rig.send({ start, packets: 150, lead: 14_400 });
  rig.playUntil(start + 24_000);
  rig.player.setClock(rig.model(0.03));
  rig.playUntil(start + 24_000 + 9_000);
  assert.equal(rig.player.stats().reanchors, 0, 'not before 200 ms');
  rig.playUntil(start + 100_000);
  assert.equal(rig.player.stats().reanchors, 1);
  const later = (media: number): number => tone(media + 1_440);
  assert.ok(rig.worst(start + 36_000, start + 99_000, later) < fromDbfs(-90));
  const own = rig.steepest(settled, start + 23_000);
  assert.ok(rig.steepest(start + 24_000, start + 36_000) < own * 1.3, 'it clicks');
});

test('Player works off what is below 20 ms without a jump', () => {
  const rig = new PlayerRig({});
  rig.send({ start, packets: 330, lead: 14_400 });
  rig.playUntil(start + 24_000);
  rig.player.setClock(rig.model(0.001));
  rig.playUntil(start + 300_000);
  const { reanchors, correctionPpm } = rig.player.stats();
  assert.equal(reanchors, 0);
  assert.ok(correctionPpm > 50, 'it hurries');
  const own = rig.steepest(settled, start + 23_000);
  assert.ok(rig.steepest(start + 24_000, start + 290_000) < own * 1.001);
});

test('Player joins in the middle of an epoch, faded in', () => {
  const rig = new PlayerRig({});
  rig.send({ start: start - 480_000, packets: 600, without: [...Array(505).keys()] });
  rig.playUntil(start + 40_000);
  assert.ok(rig.worst(start + 9_600, start + 39_000, tone) < fromDbfs(-90));
  const own = rig.steepest(start + 9_600, start + 39_000);
  assert.ok(rig.steepest(48_100, start + 9_600) < own * 1.1);
});
