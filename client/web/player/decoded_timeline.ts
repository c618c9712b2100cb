import { packetFrames } from '../shared/time.ts';
import { elementAt } from './element_at.ts';
import { copyStamp, makeStamp, type Stamp } from './packet.ts';
import { makeStereo, type StereoBlock } from './stereo_block.ts';

/** Blocks held at most, and blocks kept when room is made (100 ms of history at least). */
export const timelineBlocks = 24;
export const timelineKeptBlocks = 9;

/** What is known about one block. */
export interface BlockInfo {
  readonly stamp: Stamp;
  concealed: boolean;
}

/**
 * The newest decoded audio of one lane, contiguous in memory and in media time.
 * Thread: one owner. Real-time: everything but the constructor.
 */
export class DecodedTimeline {
  /** Shape [2][timelineBlocks * 960], full scale 1.0; media frame begin is at index 0. */
  readonly samples: StereoBlock = makeStereo(timelineBlocks * packetFrames);
  readonly #infos: BlockInfo[] = [];
  #begin = 0;
  #count = 0;

  constructor() {
    for (let i = 0; i < timelineBlocks; ++i) {
      this.#infos.push({ stamp: makeStamp(), concealed: false });
    }
  }

  /** Empties it; the next block starts at this media frame. */
  restart(media: number): void {
    this.#begin = media;
    this.#count = 0;
  }

  /**
   * Makes room for the next block. Returns the index in samples at which its 960 frames are to be
   * written before anything else is called.
   */
  append(stamp: Readonly<Stamp>, concealed: boolean): number {
    if (this.#count === timelineBlocks) {
      this.#makeRoom();
    }
    const info = elementAt(this.#infos, this.#count);
    copyStamp(stamp, info.stamp);
    info.concealed = concealed;
    ++this.#count;
    return (this.#count - 1) * packetFrames;
  }

  /** First media frame held. */
  get begin(): number {
    return this.#begin;
  }

  /** The media frame after the last one held. */
  get end(): number {
    return this.#begin + this.#count * packetFrames;
  }

  get blocks(): number {
    return this.#count;
  }

  info(index: number): BlockInfo {
    return elementAt(this.#infos, index);
  }

  /** Media frame of a block's first frame. */
  blockMedia(index: number): number {
    return this.#begin + index * packetFrames;
  }

  /** Whether all the frames [from, from + frames) are held. */
  holds(from: number, frames: number): boolean {
    return from >= this.#begin && from + frames <= this.end;
  }

  /** Copies the frames [from, from + frames) to the start of out; zeros where they are not held. */
  read(from: number, frames: number, out: StereoBlock): void {
    const { left, right } = this.samples;
    for (let n = 0; n < frames; ++n) {
      const held = from + n >= this.#begin && from + n < this.end;
      const at = from + n - this.#begin;
      out.left[n] = held ? (left[at] ?? 0) : 0;
      out.right[n] = held ? (right[at] ?? 0) : 0;
    }
  }

  #makeRoom(): void {
    const dropped = timelineBlocks - timelineKeptBlocks;
    this.samples.left.copyWithin(0, dropped * packetFrames);
    this.samples.right.copyWithin(0, dropped * packetFrames);
    for (let i = 0; i < timelineKeptBlocks; ++i) {
      const from = elementAt(this.#infos, i + dropped);
      const to = elementAt(this.#infos, i);
      copyStamp(from.stamp, to.stamp);
      to.concealed = from.concealed;
    }
    this.#begin += dropped * packetFrames;
    this.#count = timelineKeptBlocks;
  }
}
