/** Quantiles of the presentation error, in microseconds. */
export interface ErrorQuantiles {
  p50Us: number;
  p99Us: number;
  maxUs: number;
  /** With its sign; positive is late. */
  meanUs: number;
}

const binCount = 368;
const sliceCount = 8;
const framesPerSlice = 12_000; // 250 ms
const leastUs = 0.05;
const binsPerOctave = 16;

/**
 * Quantiles of |presentation error| and the mean of the error over about the last 2 s, weighted by
 * how long each error lasted. Steps of 4.4 % from 0.05 us to 0.4 s.
 * Thread: one owner (the audio thread). Real-time: everything but the constructor.
 */
export class ErrorHistogram {
  /** Shape [sliceCount][binCount]: frames that an error of this size lasted. */
  readonly #weights = new Uint32Array(sliceCount * binCount);
  /** Of error times frames. */
  readonly #sumUs = new Float64Array(sliceCount);
  readonly #maxUs = new Float64Array(sliceCount);
  #slice = 0;
  #sliceFrames = 0;

  /** @param errorS  Seconds; positive is late. @param frames  How long it lasted. */
  add(errorS: number, frames: number): void {
    if (this.#sliceFrames >= framesPerSlice) {
      this.#slice = (this.#slice + 1) % sliceCount;
      this.#forget(this.#slice);
      this.#sliceFrames = 0;
    }
    this.#sliceFrames += frames;
    const errorUs = Math.abs(errorS) * 1e6;
    const bin = binsPerOctave * Math.log2(Math.max(errorUs, leastUs) / leastUs);
    const at = this.#slice * binCount + Math.floor(Math.min(Math.max(bin, 0), binCount - 1));
    this.#weights[at] = (this.#weights[at] ?? 0) + frames;
    this.#sumUs[this.#slice] = (this.#sumUs[this.#slice] ?? 0) + errorS * 1e6 * frames;
    this.#maxUs[this.#slice] = Math.max(this.#maxUs[this.#slice] ?? 0, errorUs);
  }

  /** Writes the quantiles into `into`; zeros if nothing was added. */
  quantiles(into: ErrorQuantiles): void {
    let total = 0;
    let sumUs = 0;
    let maxUs = 0;
    for (let slice = 0; slice < sliceCount; ++slice) {
      maxUs = Math.max(maxUs, this.#maxUs[slice] ?? 0);
      sumUs += this.#sumUs[slice] ?? 0;
      for (let bin = 0; bin < binCount; ++bin) {
        total += this.#weights[slice * binCount + bin] ?? 0;
      }
    }
    into.maxUs = maxUs;
    into.meanUs = total === 0 ? 0 : sumUs / total;
    into.p50Us = total === 0 ? 0 : this.#quantile(total * 0.5, maxUs);
    into.p99Us = total === 0 ? 0 : this.#quantile(total * 0.99, maxUs);
  }

  clear(): void {
    for (let slice = 0; slice < sliceCount; ++slice) {
      this.#forget(slice);
    }
    this.#sliceFrames = 0;
  }

  /** Upper edge, never better than the truth, of the bin in which so many frames are reached. */
  #quantile(frames: number, maxUs: number): number {
    let below = 0;
    for (let bin = 0; bin < binCount; ++bin) {
      for (let slice = 0; slice < sliceCount; ++slice) {
        below += this.#weights[slice * binCount + bin] ?? 0;
      }
      if (below >= frames) {
        return Math.min(leastUs * 2 ** ((bin + 1) / binsPerOctave), maxUs);
      }
    }
    return maxUs;
  }

  #forget(slice: number): void {
    this.#weights.fill(0, slice * binCount, (slice + 1) * binCount);
    this.#sumUs[slice] = 0;
    this.#maxUs[slice] = 0;
  }
}
