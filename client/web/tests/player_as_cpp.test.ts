import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Player } from '../player/player.ts';
import type { PlayerCommand } from '../player/player_command.ts';
import type { PlayerStats } from '../player/player_stats.ts';
import { makeStereo } from '../player/stereo_block.ts';
import { noClockModel, type ClockModel } from '../shared/clock_model.ts';
import { localInstant, mediaInstant } from '../shared/time.ts';
import { ToneDecoder, tonePayload } from './player_rig.ts';
import { assertWithin, firstRow, readFloats, readTables, rows } from './player_vectors.ts';

const tables = readTables('player');
const [block = 0, blocks = 0, rateHz = 0, localNs = 0, statsBlocks = 0, keep = 0] = firstRow(
  tables,
  'device',
);
const firstMedia = 480_000;

function clockOf(mediaNs: number): ClockModel {
  return {
    ...noClockModel,
    localReference: localInstant(localNs),
    mediaReference: mediaInstant(mediaNs),
    skew: -40e-6,
    fitBoundNs: 100e3,
    skewBound: 5e-6,
    since: localInstant(localNs),
    valid: true,
  };
}

/** PlayerCommand::Kind, in its order. */
function commandOf(row: readonly number[]): PlayerCommand {
  const [, kind, stream = 0, db = 0, fadeMs = 0] = row;
  const commands: readonly PlayerCommand[] = [
    { kind: 'follow', stream },
    { kind: 'panic', stream, fadeMs },
    { kind: 'silence' },
    { kind: 'allClear', stream, fadeMs },
    { kind: 'volume', valueDb: db },
    { kind: 'levelCap', valueDbfs: db },
  ];
  const command = commands[kind ?? -1];
  assert.ok(command !== undefined);
  return command;
}

function assertAccount(stats: Readonly<PlayerStats>, row: readonly number[]): void {
  const where = `account of block ${row[0] ?? NaN}`;
  const exactly = [
    stats.packetsReceived,
    stats.packetsLate,
    stats.packetsLost,
    stats.packetsDuplicate,
    stats.framesConcealed,
    stats.reanchors,
    stats.media,
    stats.programme,
    stats.epoch,
    Number(stats.playing),
  ];
  assert.deepEqual(exactly, row.slice(1, 11), where);
  // C++ keeps these as float.
  const { error } = stats;
  const nearly = [stats.bufferMs, stats.correctionPpm, error.p50Us, error.p99Us];
  for (const [i, value] of nearly.entries()) {
    const wanted = row[11 + i] ?? NaN;
    assert.ok(Math.abs(value - wanted) <= 1e-6 * Math.abs(wanted) + 1e-9, `${where}: ${i}`);
  }
}

test('Player does what C++ does for three seconds: decisions exactly, sound to -110 dBFS', () => {
  const player = new Player(
    { deviceLatencyNs: 0, levelCapDbfs: 0, volumeDb: 0 },
    () => new ToneDecoder(),
  );
  const accounts = rows(tables, 'accounts');
  const out = makeStereo(block);
  const kept: number[] = [];
  for (let at = 0; at < blocks; ++at) {
    for (const [when, mediaNs = 0] of rows(tables, 'clocks').filter((row) => row[0] === at)) {
      assert.equal(when, at);
      player.setClock(clockOf(mediaNs));
    }
    for (const row of rows(tables, 'commands').filter((one) => one[0] === at)) {
      player.post(commandOf(row));
    }
    for (const row of rows(tables, 'packets').filter((one) => one[0] === at)) {
      const [, stream = 0, epoch = 0, sequence = 0, media = 0, programme = 0, tone = -1] = row;
      const payload = tone < 0 ? new Uint8Array(0) : tonePayload(tone, media - firstMedia);
      player.pushPacket({ stream, epoch, sequence, media, programme }, payload);
    }
    const first = localInstant(localNs + ((at * block) / rateHz) * 1e9);
    player.render(out, { first, rateHz });
    for (let n = 0; n < block; ++n) {
      const frame = at * block + n;
      if (frame % keep === 0) {
        kept.push(((frame / keep) % 2 === 0 ? out.left : out.right)[n] ?? NaN);
      }
    }
    if (at % statsBlocks === 0) {
      assertAccount(player.stats(), accounts[at / statsBlocks] ?? []);
    }
  }
  assertWithin(kept, readFloats('player'), -110, 'three seconds');
  const last = accounts.at(-1) ?? [];
  for (const [i, name] of [[2, 'late'], [3, 'lost'], [4, 'repeated'], [6, 're-anchors']] as const) {
    assert.ok((last[i] ?? 0) > 0, `the vectors hold ${name}`);
  }
});
