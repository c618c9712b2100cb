import { limiterDelayFrames, PeakLimiter } from './peak_limiter.ts';
import { SmoothRamp } from './smooth_ramp.ts';

/** Frames by which the output lags. */
export const outputDelayFrames = limiterDelayFrames;
/** Frames from a command to silence: with the limiter's delay 42 ms, well within 50 ms. */
export const muteFrames = 1_920;

const volumeFrames = 1_440; // 30 ms
const capFrames = 1_920; // 40 ms
/** Frames worked on at once. */
const stretchFrames = 128;

function boundedGain(gainDb: number, otherwiseDb: number): number {
  const db = Number.isFinite(gainDb) ? gainDb : otherwiseDb;
  return 10 ** (Math.min(Math.max(db, -60), 0) * 0.05);
}

/**
 * The last thing before the device: the listener's volume, the mute that panic, silence and exit
 * use, and the level cap. Every change is a ramp; nothing here knows of packets.
 * Thread: one owner (the audio thread). Real-time: everything but the constructor.
 */
export class OutputStage {
  readonly #volume: SmoothRamp;
  readonly #cap: SmoothRamp;
  readonly #gate = new SmoothRamp(1);
  readonly #limiter = new PeakLimiter();
  /** The level cap of each frame of a stretch. */
  readonly #caps = new Float32Array(stretchFrames);

  /**
   * @param volumeDb      -60 to 0; clamped.
   * @param levelCapDbfs  -60 to 0; clamped.
   */
  constructor(volumeDb: number, levelCapDbfs: number) {
    this.#volume = new SmoothRamp(boundedGain(volumeDb, 0));
    this.#cap = new SmoothRamp(boundedGain(levelCapDbfs, 0));
  }

  setVolume(volumeDb: number): void {
    this.#volume.go(boundedGain(volumeDb, -60), volumeFrames);
  }

  setLevelCap(levelCapDbfs: number): void {
    this.#cap.go(boundedGain(levelCapDbfs, -60), capFrames);
  }

  /** Sets out for silence; one that is under way goes on undisturbed. */
  mute(): void {
    if (!this.muted) {
      this.#gate.go(0, muteFrames);
    }
  }

  /** @param frames  Length of the fade back, > 0. */
  unmute(frames: number): void {
    this.#gate.go(1, frames);
  }

  /** True once nothing comes through the mute. */
  get silent(): boolean {
    return this.#gate.value <= 0 && !this.#gate.moving;
  }

  /** True from mute() until unmute(). */
  get muted(): boolean {
    return this.#gate.target <= 0;
  }

  /** In place: the frames [first, first + frames) of both channels, full scale 1.0. */
  process(left: Float32Array, right: Float32Array, first: number, frames: number): void {
    for (let done = 0; done < frames; done += stretchFrames) {
      this.#stretch(left, right, first + done, Math.min(stretchFrames, frames - done));
    }
  }

  #stretch(left: Float32Array, right: Float32Array, first: number, frames: number): void {
    const caps = this.#caps;
    for (let n = 0; n < frames; ++n) {
      const gain = this.#volume.next() * this.#gate.next();
      left[first + n] = (left[first + n] ?? 0) * gain;
      right[first + n] = (right[first + n] ?? 0) * gain;
      caps[n] = this.#cap.next();
    }
    this.#limiter.process(left, right, first, frames, caps);
  }
}
