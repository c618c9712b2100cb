/**
 * The kernel of fractional reading: a windowed sinc (Kaiser, cut-off at half the input rate) of 64
 * taps, tabulated at 1024 phases and interpolated linearly between them. The same algorithm and
 * figures as common/audio/resampler.cpp; source: J. O. Smith, "Digital Audio Resampling", CCRMA.
 */
import type { StereoBlock } from './stereo_block.ts';

/** Taps of the filter; a position needs resamplerTaps / 2 frames of input before and after it. */
export const resamplerTaps = 64;
/** Phases between two frames. */
export const resamplerPhases = 1_024;

const halfTaps = resamplerTaps / 2;
/** Stop band -126 dB, transition 6.3 kHz wide at 48 kHz. */
const kaiserBeta = 12.9;

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 100 && term > sum * 1e-17; ++k) {
    const factor = x / (2 * k);
    term *= factor * factor;
    sum += term;
  }
  return sum;
}

const windowPeak = besselI0(kaiserBeta);

function kernel(offsetFrames: number): number {
  const x = offsetFrames / halfTaps;
  if (Math.abs(x) >= 1) {
    return 0;
  }
  // At whole offsets the sinc is zero; sin() of a rounded multiple of pi is not quite.
  if (offsetFrames === Math.floor(offsetFrames)) {
    return offsetFrames === 0 ? 1 : 0;
  }
  const angle = Math.PI * offsetFrames;
  const window = besselI0(kaiserBeta * Math.sqrt(1 - x * x)) / windowPeak;
  return (Math.sin(angle) / angle) * window;
}

function makeTable(): Float32Array {
  const table = new Float32Array((resamplerPhases + 1) * resamplerTaps);
  const row = new Float64Array(resamplerTaps);
  for (let phase = 0; phase <= resamplerPhases; ++phase) {
    let sum = 0;
    for (let tap = 0; tap < resamplerTaps; ++tap) {
      const value = kernel(tap - (halfTaps - 1) - phase / resamplerPhases);
      row[tap] = value;
      sum += value;
    }
    // Every phase passes a constant with gain 1, so that a moving phase does not modulate it.
    for (let tap = 0; tap < resamplerTaps; ++tap) {
      table[phase * resamplerTaps + tap] = (row[tap] ?? 0) / sum;
    }
  }
  return table;
}

let sharedTable: Float32Array | null = null;

/**
 * Position of output frame n of a ramp over `frames` output frames: the step goes linearly from
 * stepFirst, at frame 0, to stepLast, at frame `frames`.
 */
export function rampedPosition(
  start: number,
  stepFirst: number,
  stepLast: number,
  frames: number,
  n: number,
): number {
  const bend = frames > 0 ? (stepLast - stepFirst) / (2 * frames) : 0;
  return start + n * (stepFirst + bend * n);
}

/**
 * Pulls stereo input by position. Exact where a position is a whole number; made for steps near 1:
 * content up to 20.8 kHz passes flat and free of images at 48 kHz.
 * Thread: any; nothing in it changes. Real-time: processRamped(); not the constructor.
 */
export class PolyphaseResampler {
  /** Shape [resamplerPhases + 1][resamplerTaps]; 256 KiB, made once. */
  readonly #table: Float32Array;

  constructor() {
    sharedTable ??= makeTable();
    this.#table = sharedTable;
  }

  /**
   * out[n] = the input at rampedPosition(start, stepFirst, stepLast, frames, n).
   *
   * @param input   Covers the frames floor(start) - 31 to floor(last) + 32.
   * @param start   In frames of the input, counted from its first one.
   * @param out     Frames 0 to frames - 1 are written; not the same memory as input.
   * @throws RangeError  if the input does not reach: a caller's mistake, never one of data.
   */
  processRamped(
    input: StereoBlock,
    start: number,
    stepFirst: number,
    stepLast: number,
    out: StereoBlock,
    frames: number,
  ): void {
    if (frames === 0) {
      return;
    }
    const table = this.#table;
    const { left, right } = input;
    const { left: outLeft, right: outRight } = out;
    const last = rampedPosition(start, stepFirst, stepLast, frames, frames - 1);
    if (!(start >= halfTaps - 1 && last >= halfTaps - 1 && last < left.length - halfTaps)) {
      throw new RangeError('PolyphaseResampler: positions outside the input');
    }
    for (let n = 0; n < frames; ++n) {
      const position = rampedPosition(start, stepFirst, stepLast, frames, n);
      const whole = Math.floor(position);
      const phase = (position - whole) * resamplerPhases;
      const row = Math.floor(phase);
      const between = phase - row;
      const first = whole - (halfTaps - 1);
      const at = row * resamplerTaps;
      let sumLeft = 0;
      let sumRight = 0;
      for (let tap = 0; tap < resamplerTaps; ++tap) {
        const below = table[at + tap] ?? 0;
        const gain = below + between * ((table[at + resamplerTaps + tap] ?? 0) - below);
        sumLeft += gain * (left[first + tap] ?? 0);
        sumRight += gain * (right[first + tap] ?? 0);
      }
      outLeft[n] = sumLeft;
      outRight[n] = sumRight;
    }
  }
}
