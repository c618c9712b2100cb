// Smooths readings of one clock, as in common/sync/delay_locked_loop.hpp.

/** How fast a DelayLockedLoop forgets. */
export interface DelayLockedLoopSettings {
  readonly startBandwidthHz: number;
  /** Reached after 0.45 / bandwidthHz seconds. */
  readonly bandwidthHz: number;
}

export const delayLockedLoopDefaults: DelayLockedLoopSettings = {
  startBandwidthHz: 1,
  bandwidthHz: 0.1,
};

/**
 * Smooths readings of one clock taken at counted frames: value(frame) and its slope.
 *
 * Source: F. Adriaensen, "Using a DLL to filter time", Linux Audio Conference 2005; here for
 * irregular intervals, with a bandwidth that falls as 0.45 / age from its start value.
 * Thread: one owner. Real-time: yes, nothing is allocated.
 */
export class DelayLockedLoop {
  readonly #firstSlope: number;
  readonly #framesPerSecond: number;
  readonly #settings: DelayLockedLoopSettings;
  #slope: number;
  #value = 0;
  #frame = 0;
  #age = 0;
  #started = false;

  /**
   * @param slope            First guess, seconds of the read clock per frame.
   * @param framesPerSecond  Nominal; turns frames into the loop's own time.
   */
  constructor(slope: number, framesPerSecond: number, settings = delayLockedLoopDefaults) {
    this.#firstSlope = slope;
    this.#slope = slope;
    this.#framesPerSecond = framesPerSecond;
    this.#settings = settings;
  }

  /** Forgets everything and starts at this reading. Keeps the slope if asked to. */
  reset(frame: number, seconds: number, keepSlope: boolean): void {
    this.#frame = frame;
    this.#value = seconds;
    this.#started = true;
    if (!keepSlope) {
      this.#slope = this.#firstSlope;
      this.#age = 0;
    }
  }

  /** Steps the position without touching the slope: the device jumped, its crystal did not. */
  shift(seconds: number): void {
    this.#value += seconds;
  }

  /** Takes one reading, of a frame after the last one's. */
  update(frame: number, seconds: number): void {
    if (!this.#started) {
      this.reset(frame, seconds, false);
      return;
    }
    const frames = frame - this.#frame;
    const elapsedS = frames / this.#framesPerSecond;
    this.#age += elapsedS;
    // Falling like this the loop stays close to the line of least squares through all readings.
    const { bandwidthHz, startBandwidthHz } = this.#settings;
    const falling = 0.45 / Math.max(this.#age, 1e-3);
    const bandwidth = Math.min(Math.max(falling, bandwidthHz), startBandwidthHz);
    // Above 0.5 the discrete loop rings; readings that far apart weigh less than they could.
    const omega = Math.min(2 * Math.PI * bandwidth * elapsedS, 0.5);
    const predicted = this.value(frame);
    const error = seconds - predicted;
    this.#frame = frame;
    this.#value = predicted + Math.SQRT2 * omega * error;
    this.#slope += (omega * omega * error) / frames;
  }

  /** Smoothed reading at a frame, in seconds. */
  value(frame: number): number {
    return this.#value + this.#slope * (frame - this.#frame);
  }

  /** Frame (fractional) at a reading: the inverse of value(). */
  frame(seconds: number): number {
    return this.#frame + (seconds - this.#value) / this.#slope;
  }

  /** Seconds of the read clock per frame. */
  get slope(): number {
    return this.#slope;
  }

  get started(): boolean {
    return this.#started;
  }

  /** Nominal seconds since the start or the last reset without keepSlope. */
  get ageS(): number {
    return this.#age;
  }
}
