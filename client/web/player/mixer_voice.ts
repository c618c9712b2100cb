import { fadeFrames, type Lane } from './lane_set.ts';
import { rampedPosition, resamplerTaps, type PolyphaseResampler } from './polyphase_resampler.ts';
import { makeStereo, type StereoBlock } from './stereo_block.ts';

/** Longest stretch that a voice gives at once. */
export const maxMixFrames = 240;
/** Input the resampler needs on each side of a position. */
export const reachFrames = resamplerTaps / 2;

/** Raised cosine from 0 to 1, shape [fadeFrames + 1]. */
function makeFade(): Float64Array {
  const fade = new Float64Array(fadeFrames + 1);
  for (let i = 0; i <= fadeFrames; ++i) {
    fade[i] = 0.5 - 0.5 * Math.cos((Math.PI * i) / fadeFrames);
  }
  return fade;
}

const fade = makeFade();

/**
 * A place where a lane is being read, with its own fade.
 * Thread: one owner (the audio thread). Real-time: everything but the constructor.
 */
export class MixerVoice {
  /** Null: free. */
  lane: Lane | null = null;
  /** Media frames added to the mixer's position (after a re-anchor). */
  offset = 0;
  readonly #resampler: PolyphaseResampler;
  readonly #rendered = makeStereo(maxMixFrames);
  /** Where the lane's timeline does not reach. */
  readonly #window = makeStereo(2 * maxMixFrames + 4 * reachFrames);
  #from = 0;
  #to = 0;
  /** Frames of the fade that have passed, up to fadeFrames. */
  #faded = 0;

  constructor(resampler: PolyphaseResampler) {
    this.#resampler = resampler;
  }

  /** Sets out to fade a lane in. */
  begin(lane: Lane): void {
    this.lane = lane;
    this.offset = 0;
    this.#from = 0;
    this.#to = 1;
    this.#faded = 0;
  }

  /** Sets out for silence from the gain it has; free once it is there. */
  release(): void {
    this.#from += (this.#to - this.#from) * (fade[this.#faded] ?? 0);
    this.#to = 0;
    this.#faded = 0;
  }

  free(): void {
    this.lane = null;
    this.offset = 0;
    this.#from = 0;
    this.#to = 0;
    this.#faded = 0;
  }

  /** True if its lane has no more sound at this position of the mixer's. */
  dry(position: number): boolean {
    const { lane } = this;
    return lane !== null && !lane.flowing && position + this.offset >= lane.timeline.end;
  }

  /**
   * Adds its sound to the frames [first, first + frames) of out, and passes its fade.
   * @param position  Media frame of the mixer at the first of them.
   * @param frames    1 to maxMixFrames.
   */
  addTo(
    out: StereoBlock,
    first: number,
    frames: number,
    position: number,
    stepFirst: number,
    stepLast: number,
  ): void {
    if (this.lane === null) {
      return;
    }
    this.#render(this.lane, position + this.offset, stepFirst, stepLast, frames);
    const rendered = this.#rendered;
    const { left, right } = out;
    const reach = this.#to - this.#from;
    let faded = this.#faded;
    for (let n = 0; n < frames; ++n) {
      const gain = this.#from + reach * (fade[faded] ?? 0);
      left[first + n] = (left[first + n] ?? 0) + (rendered.left[n] ?? 0) * gain;
      right[first + n] = (right[first + n] ?? 0) + (rendered.right[n] ?? 0) * gain;
      if (faded < fadeFrames) {
        ++faded;
      }
    }
    this.#faded = faded;
    if (this.#to <= 0 && faded === fadeFrames) {
      this.free();
    }
  }

  /** Reads the lane at full gain into `rendered`. */
  #render(
    lane: Lane,
    start: number,
    stepFirst: number,
    stepLast: number,
    frames: number,
  ): void {
    const { timeline } = lane;
    const rendered = this.#rendered;
    const window = this.#window;
    const last = rampedPosition(start, stepFirst, stepLast, frames, frames - 1);
    const from = Math.floor(start) - reachFrames;
    const needed = Math.floor(last) + reachFrames + 2 - from;
    if (timeline.holds(from, needed)) {
      const at = start - timeline.begin;
      this.#resampler.processRamped(timeline.samples, at, stepFirst, stepLast, rendered, frames);
    } else {
      timeline.read(from, needed, window);
      this.#resampler.processRamped(window, start - from, stepFirst, stepLast, rendered, frames);
    }
  }
}
