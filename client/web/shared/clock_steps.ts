// Whether a clock was set, or the network's path has changed, since a fit was made.
import type { ClockFit } from './clock_fit.ts';
import type { ClockWindow, Delay, Way } from './clock_window.ts';

/** Clocks that contradict what was possible by this much have been set. */
const clockStepNs = 300e3;
/** A path step is at least this large. */
const pathStepNs = 150e3;
/** Buckets it must last for. */
export const pathStepBuckets = 3;
/** They agree to this share of it. */
const pathStepAgrees = 0.1;

/** Whether an exchange cannot be of the clocks that were fitted. */
export function contradicts(fit: ClockFit, up: Delay, down: Delay): boolean {
  // The offset lies between every down and every up edge; a sample below all of the one or above
  // all of the other, by more than skew and stamps explain, is from clocks that were set.
  const slack = clockStepNs + 0.5 * (fit.down.excessNs + fit.up.excessNs);
  const reach = 4 * Math.sqrt(fit.skewVariance) * Math.abs(up.atNs - fit.up.meanAtNs);
  return (
    up.valueNs - fit.skew * up.atNs < fit.down.edgeNs - slack - reach ||
    down.valueNs - fit.skew * down.atNs > fit.up.edgeNs + slack + reach
  );
}

/** Whether either direction has got longer for good. */
export function pathStepped(window: ClockWindow, fit: ClockFit): boolean {
  return (
    window.count > 2 * pathStepBuckets &&
    (gotLonger(window, fit, 'up') || gotLonger(window, fit, 'down'))
  );
}

function gotLonger(window: ClockWindow, fit: ClockFit, way: Way): boolean {
  // The three buckets before the newest must agree, and the newest, still filling, may not be
  // below them: nothing comes sooner than the path lets it.
  const count = window.count;
  const excess = (back: number): number => window.bucket(count - 1 - back)[way].excessNs;
  const newest = excess(0);
  const least = Math.min(excess(1), excess(2), excess(3));
  const most = Math.max(excess(1), excess(2), excess(3));
  const before = fit.medianExcessNs(window, way, count - 1 - pathStepBuckets);
  // Stalls hit burst after burst, too, but never by the same.
  const unlike = pathStepAgrees * least + 4 * before;
  return least > pathStepNs + 6 * before && most - least < unlike && least - newest < unlike;
}
