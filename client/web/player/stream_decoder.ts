import { epochPrerollFrames, packetFrames } from '../shared/time.ts';
import { DecodedTimeline } from './decoded_timeline.ts';
import { JitterBuffer, type Arrival } from './jitter_buffer.ts';
import type { OpusDecoder } from './opus_decoder.ts';
import { copyStamp, makeStamp, type PacketSlot } from './packet.ts';

/** What the lanes' decoding has cost; added to by every lane of a player. */
export interface DecodeCounters {
  packetsLost: number;
  framesConcealed: number;
}

/** Concealed packets in a row before silence. */
export const maxConcealed = 5;
/**
 * A decoder that starts in the middle gets this much before what is heard, if it is here: CELT's
 * memory of the band energies halves with each packet.
 */
const settleFrames = 6 * packetFrames;
/** Gain at the start of the first concealed packet, its end, the second one's end ... */
const concealGain = new Float64Array([1, 1, 0.75, 0.5, 0.25, 0]);
/** Frames in which real sound comes back after faded concealment. */
const returnFrames = 480;

function fade(
  channel: Float32Array,
  first: number,
  frames: number,
  from: number,
  to: number,
): void {
  for (let n = 0; n < frames; ++n) {
    const smooth = 0.5 - 0.5 * Math.cos((Math.PI * n) / frames);
    channel[first + n] = (channel[first + n] ?? 0) * (from + (to - from) * smooth);
  }
}

/**
 * One lane: the packets of one stream and epoch, their decoder, and the audio decoded so far.
 *
 * A packet that is not there when its first frame must go to the corrector is concealed; after
 * five in a row (fading) the lane runs dry and starts anew with the next packet that comes.
 * Thread: one owner (the audio thread). Real-time: everything but the constructor.
 */
export class StreamDecoder {
  readonly packets = new JitterBuffer();
  readonly timeline = new DecodedTimeline();
  readonly #decoder: OpusDecoder;
  readonly #lastStamp = makeStamp();
  #stream = 0;
  #epoch = 0;
  #audibleFrom = 0;
  #endAt = Infinity;
  /** Programme frames from packet to packet: 960, or 0 paused. */
  #programmeStep = 0;
  #concealedRun = 0;
  #isOpen = false;
  /** Stopped for want of packets: what is missing since is a loss. */
  #ranDry = false;

  constructor(decoder: OpusDecoder) {
    this.#decoder = decoder;
  }

  /** Takes up a stream and epoch; nothing of the last one stays. */
  open(stream: number, epoch: number): void {
    this.packets.reset();
    this.#decoder.reset();
    this.timeline.restart(0);
    this.#stream = stream;
    this.#epoch = epoch;
    this.#lastStamp.sequence = 0;
    this.#lastStamp.media = 0;
    this.#lastStamp.programme = 0;
    this.#audibleFrom = 0;
    this.#endAt = Infinity;
    this.#programmeStep = packetFrames;
    this.#concealedRun = 0;
    this.#isOpen = true;
    this.#ranDry = false;
  }

  close(): void {
    this.#isOpen = false;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get stream(): number {
    return this.#stream;
  }

  get epoch(): number {
    return this.#epoch;
  }

  insert(packet: PacketSlot): Arrival {
    return this.packets.insert(packet);
  }

  /**
   * Decodes what is due.
   * @param position  Media frame read now: audio well before it is of no use.
   * @param must      Media frame up to which audio is needed now: what is missing before it is
   *                  concealed.
   * @param want      Media frame up to which packets that are here are decoded ahead, >= must.
   * @param budget    Opus frames that may be decoded in this call.
   * @returns what is left of the budget.
   */
  advance(
    position: number,
    must: number,
    want: number,
    budget: number,
    counters: DecodeCounters,
  ): number {
    if (!this.packets.flowing) {
      this.#start(position, want, counters);
    }
    let left = budget;
    while (
      this.packets.flowing &&
      left > 0 &&
      this.timeline.end < this.#endAt &&
      this.timeline.end < want
    ) {
      const packet = this.packets.peek();
      if (packet !== null) {
        this.#decodeOne(packet, counters);
      } else if (this.timeline.end >= must) {
        return left; // it may still come
      } else if (this.#concealedRun < maxConcealed) {
        this.#concealOne(counters);
      } else {
        this.#ranDry = true;
        this.packets.stop();
        return left;
      }
      --left;
    }
    return left;
  }

  /** Nobody listens for now: decoding stops, old packets fall out uncounted. */
  rest(position: number): void {
    this.packets.stop();
    this.#ranDry = false;
    if (!this.packets.based) {
      return;
    }
    const behind = position - (settleFrames + packetFrames) - this.packets.mediaOf(0);
    if (behind > 0) {
      // Never beyond what came: a lane whose clock is elsewhere must still take its packets.
      this.packets.dropBelow(
        Math.min(Math.floor(behind / packetFrames), this.packets.highest + 1),
      );
    }
  }

  /** Nothing is decoded or concealed from this media frame on (another epoch has taken over). */
  endAt(media: number): void {
    this.#endAt = media;
  }

  /** True while audio comes out of it, in media order without a gap. */
  get flowing(): boolean {
    return this.packets.flowing;
  }

  /** Media frame at which its programme starts: the epoch's switch. Known once a packet came. */
  get switchMedia(): number {
    return this.packets.mediaOf(0) + epochPrerollFrames;
  }

  /** First media frame with settled audio, while it flows. */
  get audibleFrom(): number {
    return this.#audibleFrom;
  }

  /** Frames of audio held from a position on, decoded or not. */
  heldFrames(position: number): number {
    const waiting = this.packets.waiting * packetFrames;
    return waiting + (this.packets.flowing ? Math.max(0, this.timeline.end - position) : 0);
  }

  #start(position: number, want: number, counters: DecodeCounters): void {
    const { packets, timeline } = this;
    if (timeline.end > position && timeline.blocks > 0 && this.#ranDry) {
      return; // the faded tail of the last stretch is still to be heard
    }
    let lowest = packets.lowest();
    while (lowest >= 0 && packets.mediaOf(lowest) + packetFrames < position - settleFrames) {
      packets.dropBelow(lowest + 1);
      lowest = packets.lowest();
    }
    if (lowest < 0 || packets.mediaOf(lowest) > want) {
      return;
    }
    if (this.#ranDry) {
      const missing = lowest - packets.next;
      counters.packetsLost += missing;
      counters.framesConcealed += missing * packetFrames;
    }
    const media = packets.mediaOf(lowest);
    const continues = this.#ranDry && media === timeline.end && timeline.blocks > 0;
    if (!continues) {
      timeline.restart(media);
      this.#concealedRun = 0;
    }
    // The first packet of a decoder that has not seen the ones before is not faithful yet.
    this.#audibleFrom = lowest === 0 ? media : media + packetFrames;
    this.#ranDry = false;
    packets.flowFrom(lowest);
  }

  #decodeOne(packet: PacketSlot, counters: DecodeCounters): void {
    const lastStamp = this.#lastStamp;
    if (packet.stamp.sequence === lastStamp.sequence + 1) {
      const step = packet.stamp.programme - lastStamp.programme;
      this.#programmeStep = Math.min(Math.max(step, 0), packetFrames);
    }
    copyStamp(packet.stamp, lastStamp);
    const at = this.timeline.append(lastStamp, false);
    if (!this.#decoder.decode(packet.payload, packet.size)) {
      // The decoder has concealed it; to the listener it is a loss.
      ++counters.packetsLost;
      counters.framesConcealed += packetFrames;
    }
    this.#store(at);
    const gain = concealGain[this.#concealedRun] ?? 0;
    if (gain < 1) {
      this.#fadeBoth(at, returnFrames, gain, 1);
    }
    this.#concealedRun = 0;
    this.packets.pass();
  }

  #concealOne(counters: DecodeCounters): void {
    const lastStamp = this.#lastStamp;
    lastStamp.stream = this.#stream;
    lastStamp.epoch = this.#epoch;
    lastStamp.sequence = this.packets.next;
    lastStamp.media = this.timeline.end;
    lastStamp.programme += this.#programmeStep;
    const at = this.timeline.append(lastStamp, true);
    this.#decoder.conceal();
    this.#store(at);
    const from = concealGain[this.#concealedRun] ?? 0;
    const to = concealGain[this.#concealedRun + 1] ?? 0;
    if (to < 1) {
      this.#fadeBoth(at, packetFrames, from, to);
    }
    ++this.#concealedRun;
    ++counters.packetsLost;
    counters.framesConcealed += packetFrames;
    this.packets.pass();
  }

  #store(at: number): void {
    this.timeline.samples.left.set(this.#decoder.left, at);
    this.timeline.samples.right.set(this.#decoder.right, at);
  }

  #fadeBoth(at: number, frames: number, from: number, to: number): void {
    fade(this.timeline.samples.left, at, frames, from, to);
    fade(this.timeline.samples.right, at, frames, from, to);
  }
}
