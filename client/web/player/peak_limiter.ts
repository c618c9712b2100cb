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
  /** The frame that process() gave last, full scale 1.0. */
  left = 0;
  right = 0;

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

  /** One frame in; left and right are the frame that leaves. @param cap  Largest magnitude, > 0. */
  process(leftIn: number, rightIn: number, cap: number): void {
    // Not a number must neither leave nor stay in the gain.
    const left = Number.isFinite(leftIn) ? leftIn : 0;
    const right = Number.isFinite(rightIn) ? rightIn : 0;
    const peak = Math.max(Math.abs(left), Math.abs(right));
    const held = this.#least(peak > cap ? cap / peak : 1);
    const rising = this.#released + (1 - this.#released) * releaseShare;
    this.#released = Math.min(held, rising > releasedGain ? 1 : rising);

    const i = this.#index;
    const leaving = this.#smooth[i] ?? 0;
    const entering = Math.fround(this.#released);
    this.#below += (entering < 1 ? 1 : 0) - (leaving < 1 ? 1 : 0);
    this.#sum += entering - leaving;
    this.#smooth[i] = entering;
    let gain = 1;
    if (this.#below === 0) {
      this.#sum = windowFrames; // no rounding survives a quiet moment
    } else {
      gain = this.#sum / windowFrames;
    }
    this.#delayLeft[i] = left;
    this.#delayRight[i] = right;
    this.#delayCap[i] = cap;
    this.#index = (i + 1) % windowFrames;
    ++this.#now;
    // Rounding, and a cap that is on its way down.
    const most = Math.max(this.#delayCap[this.#index] ?? 0, cap);
    this.left = clamp((this.#delayLeft[this.#index] ?? 0) * gain, most);
    this.right = clamp((this.#delayRight[this.#index] ?? 0) * gain, most);
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
