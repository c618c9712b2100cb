// Fits the listener's clock to the media clock, as common/sync/clock_estimator.hpp does, to the
// last digit: tests/golden/sync/clock_estimator.json.
import { ClockFit } from './clock_fit.ts';
import { noClockModel, type ClockModel, type ClockSample } from './clock_model.ts';
import { contradicts, pathStepBuckets, pathStepped } from './clock_steps.ts';
import { ClockWindow, youngNs } from './clock_window.ts';
import {
  localInstant,
  mediaInstant,
  nsPerSecond,
  roundAway,
  type LocalInstant,
  type MediaInstant,
} from './time.ts';

/** Slowest exchange worth anything. */
const maxRoundTripNs = 10 * nsPerSecond;
/** Exchanges in a row that must contradict the fit before the clocks count as set. */
const clockStepSamples = 3;
/** The first exchanges may all have queued; a fit on fewer is not published. */
const usableSamples = 4;
/** From the standard deviation of the fit to its 99 % bound, as if everything were normal. */
const ninetyNine = 2.58;

/** What a ClockEstimator has met since construction. */
export interface ClockEstimatorCounters {
  /** Taken. */
  samples: number;
  /** Impossible: time running backwards, reply before request. */
  refused: number;
  /** The network's least delay changed; old delays forgotten. */
  pathSteps: number;
  /** One of the clocks jumped; everything forgotten but the skew. */
  clockSteps: number;
}

/** Where times are counted from, so that what is squared stays small. */
interface Base {
  readonly local: LocalInstant;
  readonly media: MediaInstant;
}

/**
 * Queueing only ever adds delay, so for each direction by itself the least delay of a short bucket
 * is kept; one line with a common skew and an intercept per direction is fitted through the buckets
 * of the last 60 s, weighted by how close each is to the least delay seen. Offset is the mean of
 * both intercepts: a constant difference between the directions cannot be seen and is what
 * pathBoundNs states. Thread: one owner.
 */
export class ClockEstimator {
  readonly #window = new ClockWindow();
  readonly #fit = new ClockFit();
  readonly #counters: ClockEstimatorCounters = {
    samples: 0,
    refused: 0,
    pathSteps: 0,
    clockSteps: 0,
  };
  #model = noClockModel;
  #base: Base | undefined;
  #lastArrivalNs = 0;
  #firstArrivalNs = 0;
  #sinceRestart = 0;
  #contradictions = 0;

  /** The newest fit. Not continuous: each exchange may move it a little, and a step a lot; who
   * plays by it limits the rate of change (PlayoutLoop). */
  get model(): ClockModel {
    return this.#model;
  }

  get counters(): Readonly<ClockEstimatorCounters> {
    return this.#counters;
  }

  /** Takes one exchange, in the order of arrival, and renews the model. False: it is impossible and
   * was refused. */
  add(sample: ClockSample): boolean {
    this.#base ??= { local: sample.t1, media: sample.t2 };
    const sent = sample.t1 - this.#base.local;
    const arrived = sample.t4 - this.#base.local;
    const received = sample.t2 - this.#base.media;
    const answered = sample.t3 - this.#base.media;
    const possible =
      sample.t4 >= sample.t1 &&
      sample.t3 >= sample.t2 &&
      (this.#sinceRestart === 0 || arrived >= this.#lastArrivalNs) &&
      arrived - sent <= maxRoundTripNs &&
      answered - received <= (arrived - sent) * 1.001 + 1e5;
    if (!possible) {
      this.#counters.refused += 1;
      return false;
    }
    const up = { atNs: sent, valueNs: received - sent };
    const down = { atNs: arrived, valueNs: answered - arrived };
    const usable = this.#sinceRestart >= usableSamples;
    if (usable && contradicts(this.#fit, up, down)) {
      this.#contradictions += 1;
      if (this.#contradictions < clockStepSamples) {
        return true;
      }
      this.#counters.clockSteps += 1;
      this.restart();
    }
    this.#contradictions = 0;
    this.#counters.samples += 1;
    if (this.#sinceRestart === 0) {
      this.#firstArrivalNs = arrived;
    }
    this.#sinceRestart += 1;
    this.#lastArrivalNs = arrived;
    this.#window.insert(up, down, this.#fit.skew, this.#firstArrivalNs);
    this.#window.expire(arrived);
    this.#renew(this.#base, arrived);
    return true;
  }

  /** Forgets delays and offset, keeps the skew as a strong guess: after a change of path (a new
   * connection to the same server). The model stays valid until better is known. */
  restart(): void {
    if (this.#sinceRestart >= usableSamples) {
      const sd = 2 * Math.sqrt(this.#fit.skewVariance);
      this.#fit.skewGuess = this.#fit.skew;
      this.#fit.skewGuessSd = Math.min(Math.max(sd, 2e-6), 100e-6);
    }
    this.#window.clear();
    this.#sinceRestart = 0;
    this.#contradictions = 0;
  }

  #renew(base: Base, nowNs: number): void {
    this.#fit.run(this.#window, nowNs);
    const young = nowNs - this.#firstArrivalNs < 2 * youngNs;
    if (!young && pathStepped(this.#window, this.#fit)) {
      this.#counters.pathSteps += 1;
      this.#window.keepNewest(pathStepBuckets + 1);
      this.#fit.skewGuess = this.#fit.skew;
      this.#fit.skewGuessSd = Math.max(2e-6, Math.sqrt(this.#fit.skewVariance));
      this.#fit.run(this.#window, nowNs);
    }
    if (this.#sinceRestart >= usableSamples) {
      this.#publish(base, nowNs);
    }
  }

  #publish(base: Base, nowNs: number): void {
    const { up, down, skew, skewVariance } = this.#fit;
    const upNs = up.interceptNs + skew * (nowNs - up.meanAtNs);
    const downNs = down.interceptNs + skew * (nowNs - down.meanAtNs);
    const offsetNs = 0.5 * (upNs + downNs);
    const meanAt = 0.5 * (up.meanAtNs + down.meanAtNs);
    const variance =
      0.25 / up.weight + 0.25 / down.weight + skewVariance * (nowNs - meanAt) * (nowNs - meanAt);
    const localReference = localInstant(base.local + roundAway(nowNs));
    this.#model = {
      localReference,
      mediaReference: mediaInstant(base.media + (roundAway(nowNs) + roundAway(offsetNs))),
      skew,
      skewBound: ninetyNine * Math.sqrt(skewVariance),
      fitBoundNs: roundAway(ninetyNine * Math.sqrt(variance)),
      pathBoundNs: roundAway(Math.max(0, 0.5 * (up.edgeNs - down.edgeNs))),
      since: this.#sinceRestart === usableSamples ? localReference : this.#model.since,
      valid: true,
    };
  }
}
