/** Frames by which the limiter's output lags. */
export const limiterDelayFrames = 96;

const windowFrames = limiterDelayFrames + 1;
/** 1 - exp(-1 / (0.150 * 48000)). */
const releaseShare = 1.3888e-4;
/** From here on the gain is 1 again; -0.0009 dB. */
const releasedGain = 0.9999;

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most);
}

/**
 * Keeps every sample within a cap: 2 ms of look-ahead, so the gain is down before the peak comes,
 * and 150 ms to come back. Gain is exactly 1 while nothing exceeds the cap.
 *
 * Gain = moving average over the look-ahead of (the least gain needed in the look-ahead, released
 * exponentially): never above what any sample needs, without a corner steeper than 2 ms.
 * Thread: one owner. Real-time: everything but the constructor.
 */
export class PeakLimiter {
  readonly #delayLeft = new Float32Array(windowFrames);
  readonly #delayRight = new Float32Array(windowFrames);
  readonly #delayCap = new Float32Array(windowFrames).fill(1);
  // A deque of rising gains: its front is the window's minimum.
  readonly #fallingAt = new Float64Array(windowFrames);
  readonly #fallingGain = new Float32Array(windowFrames);
  #front = 0;
  #depth = 0;
  readonly #smooth = new Float32Array(windowFrames).fill(1);
  #sum = windowFrames;
  /** Gains in smooth that are less than 1. */
  #below = 0;
  /** Double: the last steps of a release are below float's. */
  #released = 1;
  #now = 0;
  #index = 0;

  /**
   * In place: the frames [first, first + frames) of both channels, full scale 1.0. By blocks: a
   * call for each frame would have the engine box its numbers.
   * @param caps  Largest magnitude, > 0, of each of those frames, from index 0 on.
   */
  process(
    left: Float32Array,
    right: Float32Array,
    first: number,
    frames: number,
    caps: Float32Array,
  ): void {
    const delayLeft = this.#delayLeft;
    const delayRight = this.#delayRight;
    const delayCap = this.#delayCap;
    let index = this.#index;
    for (let n = 0; n < frames; ++n) {
      const cap = caps[n] ?? 1;
      // Not a number must neither leave nor stay in the gain.
      const leftIn = left[first + n] ?? 0;
      const rightIn = right[first + n] ?? 0;
      const leftHere = Number.isFinite(leftIn) ? leftIn : 0;
      const rightHere = Number.isFinite(rightIn) ? rightIn : 0;
      const peak = Math.max(Math.abs(leftHere), Math.abs(rightHere));
      const gain = this.#gainFor(peak > cap ? cap / peak : 1, index);
      delayLeft[index] = leftHere;
      delayRight[index] = rightHere;
      delayCap[index] = cap;
      index = (index + 1) % windowFrames;
      // Rounding, and a cap that is on its way down.
      const most = Math.max(delayCap[index] ?? 0, cap);
      left[first + n] = clamp((delayLeft[index] ?? 0) * gain, most);
      right[first + n] = clamp((delayRight[index] ?? 0) * gain, most);
    }
    this.#index = index;
  }

  /** The gain of the frame that leaves when one comes that needs this much. */
  #gainFor(needed: number, index: number): number {
    const held = this.#least(needed);
    const rising = this.#released + (1 - this.#released) * releaseShare;
    this.#released = Math.min(held, rising > releasedGain ? 1 : rising);
    const leaving = this.#smooth[index] ?? 0;
    const entering = Math.fround(this.#released);
    this.#smooth[index] = entering;
    ++this.#now;
    this.#below += (entering < 1 ? 1 : 0) - (leaving < 1 ? 1 : 0);
    if (this.#below === 0) {
      this.#sum = windowFrames; // no rounding survives a quiet moment
      return 1;
    }
    this.#sum += entering - leaving;
    return this.#sum / windowFrames;
  }

  #least(needed: number): number {
    const fallingGain = this.#fallingGain;
    const fallingAt = this.#fallingAt;
    while (
      this.#depth > 0 &&
      (fallingGain[(this.#front + this.#depth - 1) % windowFrames] ?? 0) >= needed
    ) {
      --this.#depth;
    }
    while (this.#depth > 0 && this.#now - (fallingAt[this.#front] ?? 0) >= windowFrames) {
      this.#front = (this.#front + 1) % windowFrames;
      --this.#depth;
    }
    const slot = (this.#front + this.#depth) % windowFrames;
    fallingAt[slot] = this.#now;
    fallingGain[slot] = needed;
    ++this.#depth;
    return fallingGain[this.#front] ?? 0;
  }
}
