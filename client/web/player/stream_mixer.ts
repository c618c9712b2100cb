import { elementAt } from './element_at.ts';
import type { Hearer, Lane, LaneSet } from './lane_set.ts';
import { maxMixFrames, MixerVoice, reachFrames } from './mixer_voice.ts';
import { PolyphaseResampler, rampedPosition } from './polyphase_resampler.ts';
import type { StereoBlock } from './stereo_block.ts';

/** Decoded audio that a newly followed stream should have ahead: 60 ms ... */
const changeAheadFrames = 2_880;
/** ... but after this long of waiting, whatever is enough to go on. */
const changePatienceFrames = 14_400;
const voiceCount = 4;

/**
 * Reads the lanes at the corrector's positions and cross-fades between them: at an epoch's start
 * on its very media frame, at a change of stream once the new one is ready, at a re-anchor at
 * once, and from and to silence where there is nothing to hear. Every fade takes 20 ms.
 * Thread: one owner (the audio thread). Real-time: everything but the constructor.
 */
export class StreamMixer implements Hearer {
  readonly #voices: MixerVoice[] = [];
  #current: MixerVoice | null = null;
  /** Where the next mix() continues if nothing jumps. */
  #lastPosition = 0;
  /** Frames for which a followed stream has not been ready. */
  #waited = 0;
  #reanchored = false;

  constructor() {
    const resampler = new PolyphaseResampler();
    for (let i = 0; i < voiceCount; ++i) {
      this.#voices.push(new MixerVoice(resampler));
    }
  }

  /**
   * One stretch of output: overwrites the frames [first, first + frames) of out.
   * @param lanes     Decoded for all positions of the stretch.
   * @param followed  The stream to be heard.
   * @param position  Media frame of the first output frame; then steps from stepFirst, linearly to
   *                  stepLast at the frame after the last one.
   */
  mix(
    lanes: LaneSet,
    followed: number,
    out: StereoBlock,
    first: number,
    frames: number,
    position: number,
    stepFirst: number,
    stepLast: number,
  ): void {
    out.left.fill(0, first, first + frames);
    out.right.fill(0, first, first + frames);
    if (this.#reanchored) {
      for (let i = 0; i < voiceCount; ++i) {
        elementAt(this.#voices, i).offset += this.#lastPosition - position;
      }
    }
    const bend = (stepLast - stepFirst) / frames;
    let done = 0;
    while (done < frames) {
      const at = rampedPosition(position, stepFirst, stepLast, frames, done);
      const step = stepFirst + bend * done;
      let count = Math.min(frames - done, maxMixFrames);
      this.#choose(lanes, followed, at, count);
      const until = (lanes.nextEvent(followed, at) - at) / step;
      if (until < count) {
        count = Math.min(Math.max(Math.ceil(until), 1), count);
      }
      const stepAfter = stepFirst + bend * (done + count);
      for (let i = 0; i < voiceCount; ++i) {
        elementAt(this.#voices, i).addTo(out, first + done, count, at, step, stepAfter);
      }
      done += count;
    }
    this.#reanchored = false;
    this.#lastPosition = position + frames * 0.5 * (stepFirst + stepLast);
  }

  /**
   * The position has jumped: what was heard fades out where it was, the same lane fades in at the
   * position of the next mix().
   */
  reanchor(): void {
    this.#reanchored = true;
  }

  /** Drops everything at once; nothing may be audible. */
  cut(): void {
    for (let i = 0; i < voiceCount; ++i) {
      elementAt(this.#voices, i).free();
    }
    this.#current = null;
    this.#reanchored = false;
  }

  /** True if this lane is heard, fading ones included. */
  hears(lane: Lane): boolean {
    for (let i = 0; i < voiceCount; ++i) {
      if (elementAt(this.#voices, i).lane === lane) {
        return true;
      }
    }
    return false;
  }

  /** The lane that is (or is becoming) the one heard; null in silence. */
  get lane(): Lane | null {
    return this.#current === null ? null : this.#current.lane;
  }

  /** True if anything comes out, fading voices included. */
  get sounds(): boolean {
    for (let i = 0; i < voiceCount; ++i) {
      if (elementAt(this.#voices, i).lane !== null) {
        return true;
      }
    }
    return false;
  }

  #choose(lanes: LaneSet, followed: number, position: number, frames: number): void {
    this.#freeDryVoices(position);
    const heard = this.lane;
    const next = this.#nextLane(lanes, followed, position, frames, heard);
    if (next === heard && (this.#current === null || this.#current.offset === 0)) {
      return;
    }
    if (next === null) {
      // Its programme has ended here (another epoch has begun that we lack), or the position has
      // left it. What runs dry has its own fade.
      if (heard?.flowing === true) {
        this.#releaseCurrent();
      }
      return;
    }
    const voice = this.#freeVoice();
    if (voice === null) {
      return; // three changes within 20 ms: this one waits
    }
    this.#releaseCurrent();
    voice.begin(next);
    this.#current = voice;
    lanes.setFloor(next.stream, next.epoch);
  }

  /** What has run dry has faded to nothing already. */
  #freeDryVoices(position: number): void {
    for (let i = 0; i < voiceCount; ++i) {
      const voice = elementAt(this.#voices, i);
      if (voice.dry(position)) {
        if (voice === this.#current) {
          this.#current = null;
        }
        voice.free();
      }
    }
  }

  #nextLane(
    lanes: LaneSet,
    followed: number,
    position: number,
    frames: number,
    heard: Lane | null,
  ): Lane | null {
    const least = frames * 1.001 + reachFrames + 1;
    if (heard === null || heard.stream === followed) {
      this.#waited = 0;
      return lanes.playable(followed, position, heard, least);
    }
    this.#waited += frames;
    const ahead = this.#waited > changePatienceFrames ? least : changeAheadFrames;
    return (
      lanes.playable(followed, position, heard, ahead) ??
      lanes.playable(heard.stream, position, heard, least) // go on as before
    );
  }

  #freeVoice(): MixerVoice | null {
    for (let i = 0; i < voiceCount; ++i) {
      const voice = elementAt(this.#voices, i);
      if (voice.lane === null) {
        return voice;
      }
    }
    return null;
  }

  #releaseCurrent(): void {
    if (this.#current !== null) {
      this.#current.release();
      this.#current = null;
    }
  }
}
