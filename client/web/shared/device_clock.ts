// A sound device's crystal and position, as in common/sync/device_clock.hpp.
import { DelayLockedLoop, delayLockedLoopDefaults } from './delay_locked_loop.ts';
import {
  localInstant,
  nsPerSecond,
  roundAway,
  sampleRateHz,
  type LocalInstant,
} from './time.ts';

/** A report further than this from the prediction is not believed by itself. */
const jumpS = 5e-3;
/** Reports that must agree before a jump is believed. */
const jumpReports = 3;

/**
 * From a device's own noisy reports: when does frame n leave the DAC, and how fast does it really
 * run?
 *
 * A report more than 5 ms off the prediction is not believed. If the following ones agree with it,
 * the device did jump (an underrun, a suspend): the position is taken over at once, the rate is
 * kept, and the jump is counted. Thread: one owner. Real-time: yes, nothing is allocated.
 */
export class DeviceClock {
  readonly #nominalHz: number;
  readonly #loop: DelayLockedLoop;
  #base = localInstant(0);
  #lastFrames = 0;
  #restarting = true;
  /** Consecutive reports that agree on a jump, and the jump they speak of. */
  #suspects = 0;
  #suspectErrorS = 0;
  #jumps = 0;

  /** @param rateHz  What the device says its rate is. */
  constructor(rateHz: number = sampleRateHz, settings = delayLockedLoopDefaults) {
    this.#nominalHz = rateHz;
    this.#loop = new DelayLockedLoop(1 / rateHz, rateHz, settings);
  }

  /** Takes one report: `frames` had left the DAC at `at`. Reports that do not go forward are
   * ignored. False if the report was not used. */
  update(frames: number, at: LocalInstant): boolean {
    if (this.#restarting) {
      if (!this.#loop.started) {
        this.#base = at;
      }
      this.#take(frames, at, this.#loop.started);
      this.#restarting = false;
      return true;
    }
    if (frames <= this.#lastFrames) {
      return false;
    }
    const errorS = this.#seconds(at) - this.#loop.value(frames);
    if (Math.abs(errorS) <= jumpS) {
      this.#suspects = 0;
      this.#lastFrames = frames;
      this.#loop.update(frames, this.#seconds(at));
      return true;
    }
    const agrees = this.#suspects > 0 && Math.abs(errorS - this.#suspectErrorS) <= jumpS;
    this.#suspects = agrees ? this.#suspects + 1 : 1;
    this.#suspectErrorS = errorS;
    if (this.#suspects < jumpReports) {
      return false;
    }
    this.#take(frames, at, true);
    this.#jumps += 1;
    return true;
  }

  /** True after the first report. */
  get started(): boolean {
    return this.#loop.started;
  }

  /** True once the rate can be trusted: reports over more than one second. */
  get locked(): boolean {
    return this.#loop.started && this.#loop.ageS > 1;
  }

  /** When a frame leaves (or left) the DAC. Wants a first report. */
  instantOf(frame: number): LocalInstant {
    return localInstant(this.#base + roundAway(this.#loop.value(frame) * nsPerSecond));
  }

  /** Frames that have left the DAC at an instant, with fraction. Wants a first report. */
  framesAt(instant: LocalInstant): number {
    return this.#loop.frame(this.#seconds(instant));
  }

  /** True rate, frames per second of the listener's clock. */
  get rateHz(): number {
    return 1 / this.#loop.slope;
  }

  /** True rate against the nominal one; positive runs fast. */
  get ratePpm(): number {
    return (this.rateHz / this.#nominalHz - 1) * 1e6;
  }

  /** Jumps of the device's position since construction. */
  get jumps(): number {
    return this.#jumps;
  }

  /** Starts anew, for a reopened device. Keeps the rate: the crystal is the same. */
  restart(): void {
    this.#restarting = true;
  }

  #take(frames: number, at: LocalInstant, keepRate: boolean): void {
    this.#loop.reset(frames, this.#seconds(at), keepRate);
    this.#lastFrames = frames;
    this.#suspects = 0;
  }

  #seconds(instant: LocalInstant): number {
    return (instant - this.#base) * 1e-9;
  }
}
