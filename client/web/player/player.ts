import { noClockModel, type ClockModel } from '../shared/clock_model.ts';
import { packetFrames, sampleRateHz } from '../shared/time.ts';
import { DriftCorrector, isSane, type DacTime, type Stretch } from './drift_corrector.ts';
import { LaneSet, type DecodeNeed, type Lane } from './lane_set.ts';
import { reachFrames } from './mixer_voice.ts';
import { MuteGuard } from './mute_guard.ts';
import type { OpusDecoderMaker } from './opus_decoder.ts';
import { OutputStage, outputDelayFrames } from './output_stage.ts';
import type { Stamp } from './packet.ts';
import { PacketRing } from './packet_ring.ts';
import type { PlayerCommand } from './player_command.ts';
import { makePlayerStats, type PlayerStats } from './player_stats.ts';
import { ErrorHistogram } from './playout_stats.ts';
import type { StereoBlock } from './stereo_block.ts';
import type { DecodeCounters } from './stream_decoder.ts';
import { StreamMixer } from './stream_mixer.ts';

/** How a player is set up. */
export interface PlayerConfig {
  /** Calibrated, DAC to ear; added to the device's report. */
  readonly deviceLatencyNs: number;
  /** Largest sample that leaves, 0 to -60. */
  readonly levelCapDbfs: number;
  /** Listener's own volume, -60 to 0. */
  readonly volumeDb: number;
  /**
   * Opus frames decoded at most for one stretch (a block, or 960 frames of it); 6 if not given.
   * What is heard comes first; a join takes the longer, the fewer they are.
   */
  readonly decodeBudget?: number;
}

/** 2.5 s of packets of one stream: what comes in while the device sleeps, and is worth keeping. */
const packetRing = 128;
/** Longest stretch planned and decoded for at once. */
const chunkFrames = 960;
/** Packets that are here are decoded this far ahead of the device. */
const decodeAheadFrames = 2_880;
/** A join catches up over two stretches. */
const defaultDecodeBudget = 6;
/** Between two accounts. */
const statsFrames = 2_400;
const framesPerMs = sampleRateHz / 1_000;
/** Errors above this are not in step. */
const inStepS = 20e-3;

/**
 * A listener's audio: jitter buffer, decoder with PLC, drift corrector, local gains, level cap.
 *
 * Real-time rule of this folder: once constructed, render() and what it calls make no object, no
 * array, no closure and no string. Buffers and results are made once and written again.
 * Thread: one owner (the audio thread); packets, commands and clock models come by its messages.
 */
export class Player {
  readonly #corrector: DriftCorrector;
  readonly #output: OutputStage;
  readonly #lanes: LaneSet;
  readonly #mixer = new StreamMixer();
  readonly #guard: MuteGuard;
  readonly #errors = new ErrorHistogram();
  readonly #packets = new PacketRing(packetRing);
  readonly #decoded: DecodeCounters = { packetsLost: 0, framesConcealed: 0 };
  readonly #account = makePlayerStats();
  readonly #need: DecodeNeed = { followed: 0, position: 0, must: 0, want: 0, budget: 0 };
  readonly #decodeBudget: number;
  #clock: ClockModel = noClockModel;
  /** Packets that found the ring full. */
  #dropped = 0;
  #sinceAccount = statsFrames;

  constructor(config: PlayerConfig, makeDecoder: OpusDecoderMaker) {
    this.#corrector = new DriftCorrector(config.deviceLatencyNs, outputDelayFrames);
    this.#output = new OutputStage(config.volumeDb, config.levelCapDbfs);
    this.#lanes = new LaneSet(makeDecoder);
    this.#decodeBudget = config.decodeBudget ?? defaultDecodeBudget;
    this.#guard = new MuteGuard(this.#output, this.#mixer);
  }

  /** Copies a packet in. Returns false if there is no room; it is counted as received. */
  pushPacket(stamp: Readonly<Stamp>, payload: Uint8Array): boolean {
    const fits = this.#packets.push(stamp, payload);
    this.#dropped += fits ? 0 : 1;
    return fits;
  }

  /** Takes the newest clock model; one that is not valid leaves the one that was. */
  setClock(model: ClockModel): void {
    if (model.valid) {
      this.#clock = model; // a reconnection keeps the fit it had
    }
  }

  /** A new calibration of the device, DAC to ear. */
  setDeviceLatency(deviceLatencyNs: number): void {
    this.#corrector.setDeviceLatency(deviceLatencyNs);
  }

  /** Obeys at once: the ramp begins with the next frame rendered. */
  post(command: PlayerCommand): void {
    switch (command.kind) {
      case 'follow':
        this.#guard.follow(command.stream);
        break;
      case 'panic':
        this.#guard.panic(command.stream, command.fadeMs);
        break;
      case 'silence':
        this.#guard.silence();
        break;
      case 'allClear':
        this.#guard.allClear(command.stream, command.fadeMs);
        break;
      case 'volume':
        this.#output.setVolume(command.valueDb);
        break;
      case 'levelCap':
        this.#output.setLevelCap(command.valueDbfs);
        break;
    }
  }

  /** The newest account, refreshed about every 50 ms of audio. The same object each time. */
  stats(): Readonly<PlayerStats> {
    return this.#account;
  }

  /**
   * Fills out with programme audio such that the frame at the DAC is the one whose presentation
   * time it is; silence until the clock is known and audio is there.
   * @param out      Any length; every sample is written, full scale 1.0.
   * @param dacTime  When its first frame leaves the device. The rate has to be known to 20 ppm. For
   *                 a block whose time is no number the player goes on as it was going.
   */
  render(out: StereoBlock, dacTime: Readonly<DacTime>): void {
    this.#takePackets();
    const frames = out.left.length;
    for (let done = 0; done < frames; done += chunkFrames) {
      this.#chunk(out, done, Math.min(chunkFrames, frames - done), dacTime);
    }
  }

  #takePackets(): void {
    for (let packet = this.#packets.front(); packet !== null; packet = this.#packets.front()) {
      if (!this.#guard.following) {
        this.#guard.following = true;
        this.#guard.followed = packet.stamp.stream;
      }
      this.#lanes.insert(packet, this.#guard.followed, this.#mixer);
      this.#packets.pop();
    }
  }

  #chunk(
    out: StereoBlock,
    first: number,
    frames: number,
    dacTime: Readonly<DacTime>,
  ): void {
    if (this.#corrector.ready(this.#clock, dacTime)) {
      const stretch = this.#plan(dacTime, first, frames);
      this.#decode(stretch.position, frames);
      this.#guard.step();
      const { position, stepFirst, stepLast } = stretch;
      const { followed } = this.#guard;
      this.#mixer.mix(this.#lanes, followed, out, first, frames, position, stepFirst, stepLast);
      this.#note(stretch, frames);
    } else {
      out.left.fill(0, first, first + frames);
      out.right.fill(0, first, first + frames);
    }
    this.#output.process(out.left, out.right, first, frames);
    this.#sinceAccount += frames;
    if (this.#sinceAccount >= statsFrames) {
      this.#sinceAccount = 0;
      this.#publish();
    }
  }

  #plan(dacTime: Readonly<DacTime>, first: number, frames: number): Stretch {
    if (!isSane(dacTime)) {
      return this.#corrector.coast(frames);
    }
    const stretch = this.#corrector.plan(this.#clock, dacTime, first, frames, this.#mixer.sounds);
    if (stretch.reanchor) {
      this.#corrector.reanchor(frames);
      this.#mixer.reanchor();
      ++this.#account.reanchors;
    }
    return stretch;
  }

  #decode(position: number, frames: number): void {
    const need = this.#need;
    need.followed = this.#guard.followed;
    need.position = position;
    need.must = position + frames * 1.001 + 2 * reachFrames;
    need.want = need.must + decodeAheadFrames;
    need.budget = this.#decodeBudget;
    this.#lanes.advance(need, this.#decoded, this.#mixer);
  }

  #note(stretch: Stretch, frames: number): void {
    const account = this.#account;
    const { lane } = this.#mixer;
    account.playing =
      lane !== null && !this.#output.muted && Math.abs(stretch.errorS) <= inStepS;
    account.media = Math.round(stretch.position - outputDelayFrames);
    const shown = lane ?? this.#lanes.expected(this.#guard.followed, stretch.position);
    account.bufferMs = shown === null ? 0 : shown.heldFrames(stretch.position) / framesPerMs;
    if (lane !== null) {
      this.#errors.add(stretch.errorS, frames);
      account.epoch = lane.epoch;
      this.#noteProgramme(lane);
    }
  }

  #noteProgramme(lane: Lane): void {
    const { timeline } = lane;
    const account = this.#account;
    for (let i = 0; i + 1 < timeline.blocks; ++i) {
      const into = account.media - timeline.blockMedia(i);
      if (into >= 0 && into < packetFrames) {
        // Paused programmes repeat one programme time.
        const here = timeline.info(i).stamp.programme;
        const moves = timeline.info(i + 1).stamp.programme > here;
        account.programme = here + (moves ? into : 0);
        return;
      }
    }
  }

  #publish(): void {
    const account = this.#account;
    const { arrivals } = this.#lanes;
    account.packetsReceived = arrivals.received + this.#dropped;
    account.packetsLate = arrivals.late;
    account.packetsDuplicate = arrivals.duplicate;
    account.packetsLost = this.#decoded.packetsLost;
    account.framesConcealed = this.#decoded.framesConcealed;
    account.correctionPpm = this.#corrector.correctionPpm;
    this.#errors.quantiles(account.error);
  }
}
