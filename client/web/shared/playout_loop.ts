// Steers a listener's reading speed, as in common/sync/playout_loop.hpp, where the figures are
// argued.

/** What a PlayoutLoop may do. */
export interface PlayoutLoopSettings {
  /** Natural frequency, locked. */
  readonly frequencyHz: number;
  /** In the start, after restart(). */
  readonly startFrequencyHz: number;
  /** How long a freer loop runs at least. */
  readonly startS: number;
  /** Largest correction. */
  readonly limitPpm: number;
  /** Fastest change while heard. */
  readonly slewPpmPerS: number;
  /** The same, in the start. */
  readonly startSlewPpmPerS: number;
  /** Errors above this for reanchorAfterS are not chased but jumped. */
  readonly reanchorErrorS: number;
  readonly reanchorAfterS: number;
}

export const playoutLoopDefaults: PlayoutLoopSettings = {
  frequencyHz: 0.05,
  startFrequencyHz: 0.1,
  startS: 10,
  limitPpm: 500,
  slewPpmPerS: 20,
  startSlewPpmPerS: 100,
  reanchorErrorS: 20e-3,
  reanchorAfterS: 200e-3,
};

/** Share of the slew limit that the braking curve plans with; the rest is for the unforeseen. */
const brakingShare = 0.7;
/** Errors within which a start may end. */
const startedUs = 20;
/** A change of the error beyond this, and beyond what the largest skew does in the time, is a step
 * of the schedule (a better clock fit) and says nothing about skew. */
const stepUs = 20;

/** `follow`: read at 1 + correction. `reanchor`: too far for too long; set the position anew, error
 * counts from zero then. */
export type PlayoutAction = 'follow' | 'reanchor';

/**
 * Steers the reading speed so that the frame at the DAC is the scheduled one: proportional to the
 * presentation error (no dead band), the known skew fed forward, the rate of change limited so that
 * nobody hears a pitch move. The integral part is an observer of the skew that is left: it knows
 * which correction was really applied, so it cannot wind up. Large errors are approached along the
 * braking curve that the slew limit allows.
 * Thread: one owner. Real-time: yes, nothing is allocated.
 */
export class PlayoutLoop {
  readonly #settings: PlayoutLoopSettings;
  #correctionPpm = 0;
  /** Skew that the feed-forward did not know of. */
  #unknownPpm = 0;
  /** The error, as the observer predicts it, and what of it was not as expected last time. */
  #expectedUs = 0;
  #surpriseUs = 0;
  #watching = false;
  /** How long the error has been above the re-anchor limit. */
  #beyondS = 0;
  #ageS = 0;
  #starting = true;

  constructor(settings = playoutLoopDefaults) {
    this.#settings = settings;
  }

  /** Starts anew while nothing is heard: the correction jumps to the feed-forward at once.
   * @param feedForwardPpm  Known skew of schedule against device. */
  restart(feedForwardPpm: number): void {
    this.#correctionPpm = clamp(feedForwardPpm, this.#settings.limitPpm);
    this.#unknownPpm = 0;
    this.#beyondS = 0;
    this.#ageS = 0;
    this.#starting = true;
    this.#watching = false;
  }

  /** Position was set to the schedule (re-anchored): error history goes, speed stays. */
  reanchored(): void {
    this.#beyondS = 0;
    this.#watching = false;
  }

  /**
   * One step.
   * @param errorS          Scheduled position minus read position: positive means late, read
   *                        faster.
   * @param feedForwardPpm  Known skew of schedule against device.
   * @param elapsedS        Since the last step, > 0.
   */
  update(errorS: number, feedForwardPpm: number, elapsedS: number): PlayoutAction {
    const settings = this.#settings;
    const beyond = Math.abs(errorS) > settings.reanchorErrorS;
    this.#beyondS = beyond ? this.#beyondS + elapsedS : 0;
    if (this.#beyondS > settings.reanchorAfterS) {
      return 'reanchor';
    }
    this.#ageS += elapsedS;
    const errorUs = errorS * 1e6;
    // What is under way must be able to brake: the start ends near the schedule.
    this.#starting &&= this.#ageS < settings.startS || Math.abs(errorUs) > startedUs;
    const starting = this.#starting;
    const frequencyHz = starting ? settings.startFrequencyHz : settings.frequencyHz;
    const omega = 2 * Math.PI * frequencyHz;
    this.#observe(errorUs, omega, elapsedS);

    const slew = starting ? settings.startSlewPpmPerS : settings.slewPpmPerS;
    // To be jumped, or a report that will be taken back: not followed.
    const proportionalPpm = this.#beyondS > 0 ? 0 : approachPpm(errorUs, omega, slew);
    const wanted = clamp(feedForwardPpm + this.#unknownPpm + proportionalPpm, settings.limitPpm);
    const lastPpm = this.#correctionPpm;
    this.#correctionPpm += clamp(wanted - lastPpm, slew * elapsedS);
    // What the error should be next time, if #unknownPpm is all that was unknown.
    const meanPpm = 0.5 * (lastPpm + this.#correctionPpm);
    this.#expectedUs += (feedForwardPpm + this.#unknownPpm - meanPpm) * elapsedS;
    return 'follow';
  }

  /** Reading speed above nominal. */
  get correctionPpm(): number {
    return this.#correctionPpm;
  }

  #observe(errorUs: number, omega: number, elapsedS: number): void {
    if (!this.#watching) {
      this.#watching = true;
      this.#expectedUs = errorUs;
      this.#surpriseUs = 0;
      return;
    }
    let surpriseUs = errorUs - this.#expectedUs;
    const changeUs = surpriseUs - this.#surpriseUs;
    if (Math.abs(changeUs) > stepUs + this.#settings.limitPpm * elapsedS) {
      this.#expectedUs += changeUs;
      surpriseUs = this.#surpriseUs;
    }
    const x = Math.min(omega * elapsedS, 0.5);
    this.#expectedUs += 2 * x * surpriseUs;
    this.#surpriseUs = surpriseUs - 2 * x * surpriseUs;
    this.#unknownPpm = clamp(this.#unknownPpm + omega * x * surpriseUs, this.#settings.limitPpm);
  }
}

/** The speed that works an error off: proportional to it if small, else such that it can brake. */
function approachPpm(errorUs: number, omega: number, slew: number): number {
  const gain = 2 * omega; // ppm (us/s) per us
  const brake = slew * brakingShare; // ppm/s
  const linearUs = brake / (gain * gain);
  const size = Math.abs(errorUs);
  return size > linearUs
    ? Math.sign(errorUs) * Math.sqrt(2 * brake * (size - 0.5 * linearUs))
    : gain * errorUs;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most);
}
