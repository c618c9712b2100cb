// A player on a simulated device with a known crystal, fed by a schedule of packets.
import { noClockModel, type ClockModel } from '../shared/clock_model.ts';
import { localInstant, mediaInstant, type LocalInstant } from '../shared/time.ts';
import type { OpusDecoder } from '../player/opus_decoder.ts';
import { outputDelayFrames } from '../player/output_stage.ts';
import type { Stamp } from '../player/packet.ts';
import { Player, type PlayerConfig } from '../player/player.ts';
import { makeStereo } from '../player/stereo_block.ts';

const tonesHz = [441.7, 313.3, 587.9, 1_931.1];

/** Left channel of a tone at a media frame, which may lie between two. */
export function toneAt(tone: number, media: number, peak = 0.4): number {
  return peak * Math.sin((2 * Math.PI * (tonesHz[tone] ?? 0) * media) / 48_000);
}

/** Raised cosine from 0 at `from` to 1 20 ms later: the weight of what fades in. */
export function fadeIn(media: number, from: number): number {
  const x = Math.min(Math.max((media - from) / 960, 0), 1);
  return 0.5 - 0.5 * Math.cos(Math.PI * x);
}

/**
 * "Decodes" a tone's number and a frame of five bytes, as earshot-player-vectors does: 0.4 of full
 * scale on the left, half of it inverted on the right; concealed, half of both.
 */
export class ToneDecoder implements OpusDecoder {
  readonly left = new Float32Array(960);
  readonly right = new Float32Array(960);
  /** Opus frames given so far. */
  given = 0;
  #tone = 0;
  #next = 0;

  decode(payload: Uint8Array, size: number): boolean {
    if (size !== 5) {
      this.conceal();
      return false;
    }
    this.#tone = (payload[0] ?? 0) % 4;
    this.#next = new DataView(payload.buffer, payload.byteOffset, 5).getInt32(1, true);
    this.#sound(0.4);
    return true;
  }

  conceal(): void {
    this.#sound(0.2);
  }

  reset(): void {
    this.#tone = 0;
    this.#next = 0;
  }

  #sound(peak: number): void {
    const turn = 2 * Math.PI * (tonesHz[this.#tone] ?? 0);
    for (let n = 0; n < 960; ++n) {
      this.left[n] = peak * Math.sin((turn * (this.#next + n)) / 48_000);
      this.right[n] = -0.5 * (this.left[n] ?? 0);
    }
    this.#next += 960;
    ++this.given;
  }
}

/** The payload that decodes to a tone from a frame on. */
export function tonePayload(tone: number, frame: number): Uint8Array {
  const payload = new Uint8Array(5);
  payload[0] = tone;
  new DataView(payload.buffer).setInt32(1, frame, true);
  return payload;
}

/** A packet of a lane whose programme starts at a media frame; sequence 3 is the first of it. */
export function stampOf(stream: number, epoch: number, sequence: number, start: number): Stamp {
  const media = start - 2_880 + sequence * 960;
  return { stream, epoch, sequence, media, programme: media - start };
}

/** What of a lane comes, and when. */
export interface Sending {
  readonly stream?: number;
  readonly epoch?: number;
  readonly tone?: number;
  /** Media frame of its switch. */
  readonly start: number;
  readonly packets: number;
  /** Frames that each packet comes before its presentation time. */
  readonly lead?: number;
  /** Sequences that never come. */
  readonly without?: readonly number[];
}

export interface RigSettings {
  /** DAC against the listener's clock. */
  readonly devicePpm?: number;
  /** Listener's clock against the media clock. */
  readonly listenerPpm?: number;
  readonly block?: number;
  readonly player?: Partial<PlayerConfig>;
  /** Whether the player knows the clock from the start; it does by default. */
  readonly clock?: boolean;
}

interface Arriving {
  readonly at: number;
  readonly stamp: Stamp;
  readonly payload: Uint8Array;
}

const localBaseNs = 7 * 3_600e9;
/** Media frame at the DAC when the device starts. */
export const firstMedia = 48_000;

export class PlayerRig {
  readonly player: Player;
  /** What left so far. */
  readonly left: number[] = [];
  readonly right: number[] = [];
  /** Most Opus frames that one block took. */
  mostDecoded = 0;
  readonly #devicePpm: number;
  readonly #listenerPpm: number;
  readonly #block: number;
  #arriving: Arriving[] = [];
  readonly #decoders: ToneDecoder[] = [];
  readonly #lies: { frame: number; first: number; rateHz: number }[] = [];

  constructor(settings: RigSettings = {}) {
    this.#devicePpm = settings.devicePpm ?? 0;
    this.#listenerPpm = settings.listenerPpm ?? 0;
    this.#block = settings.block ?? 128;
    const config = { deviceLatencyNs: 0, levelCapDbfs: 0, volumeDb: 0, ...settings.player };
    this.player = new Player(config, () => {
      const decoder = new ToneDecoder();
      this.#decoders.push(decoder);
      return decoder;
    });
    if (settings.clock !== false) {
      this.player.setClock(this.model());
    }
  }

  /** The exact mapping; optionally wrong by some seconds, or not good. */
  model(wrongS = 0, fitBoundNs = 0): ClockModel {
    return {
      ...noClockModel,
      localReference: localInstant(localBaseNs),
      mediaReference: mediaInstant((firstMedia / 48_000 + wrongS) * 1e9),
      skew: 1 / (1 + this.#listenerPpm * 1e-6) - 1,
      fitBoundNs,
      since: localInstant(localBaseNs),
      valid: true,
    };
  }

  /** True media position that leaves the DAC with an output frame. */
  media(frame: number): number {
    const localS = frame / (48_000 * (1 + this.#devicePpm * 1e-6));
    return firstMedia + (localS / (1 + this.#listenerPpm * 1e-6)) * 48_000;
  }

  /** Has one packet arrive when the DAC is at a media position. */
  arrive(at: number, stamp: Stamp, payload: Uint8Array): void {
    this.#arriving.push({ at, stamp, payload });
    this.#arriving.sort((a, b) => a.at - b.at);
  }

  /** Has a lane's packets arrive, each its lead ahead. */
  send(lane: Sending): void {
    for (let k = 0; k < lane.packets; ++k) {
      if (!(lane.without ?? []).includes(k)) {
        const stamp = stampOf(lane.stream ?? 0, lane.epoch ?? 1, k, lane.start);
        const at = stamp.media - (lane.lead ?? 9_600);
        this.arrive(at, stamp, tonePayload(lane.tone ?? lane.stream ?? 0, stamp.media));
      }
    }
  }

  /** From an output frame on, for one block, the device says what is no time. */
  lieAt(frame: number, first: number, rateHz: number): void {
    this.#lies.push({ frame, first, rateHz });
  }

  #decoded(): number {
    return this.#decoders.reduce((sum, decoder) => sum + decoder.given, 0);
  }

  /** Renders until a media position is at the DAC. */
  playUntil(media: number): void {
    const out = makeStereo(this.#block);
    while (this.media(this.left.length) < media) {
      const frame = this.left.length;
      const now = this.media(frame);
      const here = this.#arriving.filter((packet) => packet.at <= now);
      this.#arriving = this.#arriving.slice(here.length);
      for (const packet of here) {
        this.player.pushPacket(packet.stamp, packet.payload);
      }
      const rateHz = 48_000 * (1 + this.#devicePpm * 1e-6);
      const first = localInstant(localBaseNs + (frame / rateHz) * 1e9);
      const before = this.#decoded();
      const lie = this.#lies.find((one) => one.frame <= frame && frame < one.frame + this.#block);
      const told = lie === undefined ? first : (lie.first as LocalInstant);
      this.player.render(out, { first: told, rateHz: lie?.rateHz ?? rateHz });
      this.mostDecoded = Math.max(this.mostDecoded, this.#decoded() - before);
      this.left.push(...out.left);
      this.right.push(...out.right);
    }
  }

  /** Output frame, not before all that left, at which a media position leaves the DAC. */
  frameOf(media: number): number {
    return Math.ceil((media - this.media(0)) / (this.media(1) - this.media(0)));
  }

  /**
   * Media position that belongs to an output frame. The output stage's delay is counted in frames
   * of the device: 0.2 us off at 100 ppm.
   */
  heard(frame: number): number {
    return this.media(frame) + outputDelayFrames * (1 - (this.media(1) - this.media(0)));
  }

  /** Largest difference of the left channel from a sound, between two media positions. */
  worst(from: number, to: number, sound: (media: number) => number): number {
    let worst = 0;
    for (let frame = this.frameOf(from); frame < this.frameOf(to); ++frame) {
      worst = Math.max(worst, Math.abs((this.left[frame] ?? NaN) - sound(this.heard(frame))));
    }
    return worst;
  }

  /** Largest step from one sample of the left channel to the next, between two media positions. */
  steepest(from: number, to: number): number {
    let steepest = 0;
    for (let frame = this.frameOf(from); frame < this.frameOf(to); ++frame) {
      const step = (this.left[frame] ?? NaN) - (this.left[frame - 1] ?? 0);
      steepest = Math.max(steepest, Math.abs(step));
    }
    return steepest;
  }
}
