// The line through a ClockWindow: a common skew, and an intercept for each direction.
import { maxBuckets, type ClockWindow, type Way } from './clock_window.ts';
import { nsPerSecond } from './time.ts';

/** Time stamps are no better than this. */
const stampNoiseNs = 700;
/** How fast a crystal's rate wanders: what a bucket is worth less, per second of age. */
const wander = 0.15e-6;
/** How fast that rate itself may change while things warm up, per ns: 6 ppm a minute. */
const warming = 0.1e-6 / nsPerSecond;
/** Buckets this many medians above the least delay are queueing, not path. */
const rejectMedians = 4;
const fitPasses = 3;

/** One direction's view of the window after a fit. Times in ns from the estimator's base. */
export interface Side {
  /** Weighted, at the mean time. */
  readonly interceptNs: number;
  readonly meanAtNs: number;
  readonly weight: number;
  /** Weighted mean above the least. */
  readonly excessNs: number;
  /** The least itself, skew removed. */
  readonly edgeNs: number;
}

const noSide: Side = { interceptNs: 0, meanAtNs: 0, weight: 0, excessNs: 0, edgeNs: 0 };

/** Weighted least squares over both directions. The newest skew is kept from fit to fit. */
export class ClockFit {
  up: Side = noSide;
  down: Side = noSide;
  skew = 0;
  skewVariance = 0;
  /** What is believed of the skew before any exchange, and its standard deviation. */
  skewGuess = 0;
  skewGuessSd = 100e-6;
  readonly #scratch = new Float64Array(maxBuckets);

  /** Fits anew. @param nowNs  Of the newest exchange, from the estimator's base. */
  run(window: ClockWindow, nowNs: number): void {
    for (let pass = 0; pass < fitPasses; ++pass) {
      this.up = this.#weigh(window, 'up', nowNs);
      this.down = this.#weigh(window, 'down', nowNs);
      const guessWeight = 1 / (this.skewGuessSd * this.skewGuessSd);
      const sums = { above: this.skewGuess * guessWeight, below: guessWeight };
      this.up = { ...this.up, interceptNs: gather(window, 'up', this.up, sums) };
      this.down = { ...this.down, interceptNs: gather(window, 'down', this.down, sums) };
      this.skew = sums.above / sums.below;
      this.skewVariance = 1 / sums.below;
    }
  }

  /** The median excess of a window's first buckets. @param count  1 to window.count */
  medianExcessNs(window: ClockWindow, way: Way, count: number): number {
    for (let i = 0; i < count; ++i) {
      this.#scratch[i] = window.bucket(i)[way].excessNs;
    }
    return this.#scratch.subarray(0, count).sort()[Math.floor(count / 2)] ?? 0;
  }

  #weigh(window: ClockWindow, way: Way, nowNs: number): Side {
    // Up, the least value is the path; down, the greatest.
    const sign = way === 'up' ? 1 : -1;
    const count = window.count;
    let least = Infinity;
    for (let i = 0; i < count; ++i) {
      const edge = window.bucket(i)[way];
      least = Math.min(least, sign * (edge.valueNs - this.skew * edge.atNs));
    }
    for (let i = 0; i < count; ++i) {
      const edge = window.bucket(i)[way];
      edge.excessNs = sign * (edge.valueNs - this.skew * edge.atNs) - least;
    }
    const spread = this.medianExcessNs(window, way, count);
    const limit = rejectMedians * Math.max(spread, stampNoiseNs);
    // A few buckets that agree may all have queued: how far, only the round trip bounds.
    const unsure = Math.max(0, this.up.edgeNs - this.down.edgeNs) / (count * count);
    const noise = Math.max(stampNoiseNs, 0.5 * spread, unsure);
    let weight = 0;
    let atSum = 0;
    let excessSum = 0;
    for (let i = 0; i < count; ++i) {
      const edge = window.bucket(i)[way];
      const age = nowNs - edge.atNs;
      const aged = (wander + 0.5 * warming * age) * age;
      edge.weight =
        edge.excessNs > limit + aged
          ? 0
          : 1 / (noise * noise + edge.excessNs * edge.excessNs + aged * aged);
      weight += edge.weight;
      atSum += edge.weight * edge.atNs;
      excessSum += edge.weight * edge.excessNs;
    }
    return {
      interceptNs: 0,
      meanAtNs: atSum / weight,
      weight,
      excessNs: excessSum / weight,
      edgeNs: sign * least,
    };
  }
}

/** Adds one direction to the sums of the skew; its intercept. */
function gather(
  window: ClockWindow,
  way: Way,
  side: Side,
  sums: { above: number; below: number },
): number {
  let mean = 0;
  for (let i = 0; i < window.count; ++i) {
    const edge = window.bucket(i)[way];
    mean += edge.weight * edge.valueNs;
  }
  mean /= side.weight;
  for (let i = 0; i < window.count; ++i) {
    const edge = window.bucket(i)[way];
    const x = edge.atNs - side.meanAtNs;
    sums.above += edge.weight * x * (edge.valueNs - mean);
    sums.below += edge.weight * x * x;
  }
  return mean;
}
