import { toMedia, type ClockModel } from '../shared/clock_model.ts';
import { PlayoutLoop } from '../shared/playout_loop.ts';
import { localInstant, nsPerSecond, sampleRateHz, type LocalInstant } from '../shared/time.ts';

/** When a block leaves the device, by the listener's clock; the calibrated latency comes on top. */
export interface DacTime {
  /** Of the block's first frame. */
  first: LocalInstant;
  /** Frames that leave in a second of that clock. */
  rateHz: number;
}

/** One stretch of output frames. Positions in media frames; steps in media per output frame. */
export interface Stretch {
  /** Of the first frame. */
  position: number;
  /** Goes linearly ... */
  stepFirst: number;
  /** ... to this at the frame after the last. */
  stepLast: number;
  /** Where position should be. */
  scheduled: number;
  /** scheduled - position, in seconds. */
  errorS: number;
  /** position is too far off for too long: call reanchor(). */
  reanchor: boolean;
}

/** A fit that is better than both is begun by at once. */
const goodFitNs = 500e3;
const goodSkew = 20e-6;
/** So old, a fit need only be this good, ... */
const patienceNs = 1.5e9;
const roughFitNs = 2e6;
/** ... and so old, it is begun by whatever it is. */
const longPatienceNs = 4e9;

/** Whether a time can be meant: a browser's audio clock is not to be trusted with everything. */
export function isSane(dacTime: Readonly<DacTime>): boolean {
  const { first, rateHz } = dacTime;
  return Math.abs(first) <= Number.MAX_SAFE_INTEGER && rateHz >= 8_000 && rateHz <= 384_000;
}

/**
 * Where in media time the device's next frames must be read, and at which speed.
 *
 * While nothing is heard the position is the schedule itself; while something is, it is continuous
 * and steered by a PlayoutLoop. The clock model and the device's clock know both skews before the
 * first sample.
 * Thread: one owner (the audio thread). Real-time: everything but the constructor.
 */
export class DriftCorrector {
  /** What plan() made last; overwritten by the next call. */
  readonly stretch: Stretch = {
    position: 0,
    stepFirst: 1,
    stepLast: 1,
    scheduled: 0,
    errorS: 0,
    reanchor: false,
  };
  readonly #loop = new PlayoutLoop();
  readonly #readAheadFrames: number;
  #deviceLatencyNs: number;
  #position = 0;
  #ready = false;

  /**
   * @param deviceLatencyNs  DAC to ear.
   * @param readAheadFrames  By which the output stage delays what is read.
   */
  constructor(deviceLatencyNs: number, readAheadFrames: number) {
    this.#deviceLatencyNs = deviceLatencyNs;
    this.#readAheadFrames = readAheadFrames;
  }

  /** A new calibration; while something is heard it is an error like any other. */
  setDeviceLatency(deviceLatencyNs: number): void {
    this.#deviceLatencyNs = deviceLatencyNs;
  }

  /**
   * Whether the clock is known well enough to begin; once it was, it stays so. A fit too rough for
   * that is put up with when it is old enough.
   */
  ready(clock: ClockModel, dacTime: Readonly<DacTime>): boolean {
    if (!this.#ready && clock.valid && isSane(dacTime)) {
      const good = clock.fitBoundNs <= goodFitNs && clock.skewBound <= goodSkew;
      const age = dacTime.first - clock.since;
      const rough = age >= patienceNs && clock.fitBoundNs <= roughFitNs;
      this.#ready = good || rough || age >= longPatienceNs;
    }
    return this.#ready;
  }

  /**
   * Plans the next `frames` output frames and passes them; the result is `stretch`.
   * @param dacTime  Of the device's block; sane.
   * @param offset   How many frames into that block they start.
   * @param heard    Whether the position has to stay continuous.
   */
  plan(
    clock: ClockModel,
    dacTime: Readonly<DacTime>,
    offset: number,
    frames: number,
    heard: boolean,
  ): Stretch {
    const { stretch } = this;
    const loop = this.#loop;
    const offsetNs = Math.round((offset / dacTime.rateHz) * nsPerSecond);
    const at = localInstant(dacTime.first + this.#deviceLatencyNs + offsetNs);
    const skewPpm = (((1 + clock.skew) * sampleRateHz) / dacTime.rateHz - 1) * 1e6;
    stretch.scheduled = toMedia(clock, at) * (sampleRateHz * 1e-9) + this.#readAheadFrames;
    stretch.reanchor = false;
    stretch.errorS = 0;
    if (heard) {
      stretch.errorS = (stretch.scheduled - this.#position) / sampleRateHz;
      stretch.stepFirst = 1 + loop.correctionPpm * 1e-6;
      const action = loop.update(stretch.errorS, skewPpm, frames / sampleRateHz);
      stretch.reanchor = action === 'reanchor';
      stretch.stepLast = 1 + loop.correctionPpm * 1e-6;
    } else {
      this.#position = stretch.scheduled;
      loop.restart(skewPpm);
      stretch.stepFirst = 1 + loop.correctionPpm * 1e-6;
      stretch.stepLast = stretch.stepFirst;
    }
    stretch.position = this.#position;
    this.#pass(frames);
    return stretch;
  }

  /** Plans a stretch that goes on as the last one ended, for want of a time to go by. */
  coast(frames: number): Stretch {
    const { stretch } = this;
    stretch.position = this.#position;
    stretch.scheduled = this.#position;
    stretch.stepFirst = 1 + this.#loop.correctionPpm * 1e-6;
    stretch.stepLast = stretch.stepFirst;
    stretch.errorS = 0;
    stretch.reanchor = false;
    this.#pass(frames);
    return stretch;
  }

  /** Sets the position of the stretch just planned to the schedule. */
  reanchor(frames: number): void {
    const { stretch } = this;
    this.#loop.reanchored();
    stretch.position = stretch.scheduled;
    stretch.errorS = 0;
    stretch.reanchor = false;
    this.#position = stretch.position;
    this.#pass(frames);
  }

  get correctionPpm(): number {
    return this.#loop.correctionPpm;
  }

  #pass(frames: number): void {
    const { stretch } = this;
    this.#position += frames * 0.5 * (stretch.stepFirst + stretch.stepLast);
  }
}
