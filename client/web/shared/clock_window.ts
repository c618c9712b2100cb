// What a ClockEstimator remembers: for each direction the least delay of each short bucket.
import { nsPerSecond } from './time.ts';

/** Direction of an exchange: to the server, or back. */
export type Way = 'up' | 'down';

/** One exchange in one direction. Times in ns from the estimator's base. */
export interface Delay {
  /** By the listener's clock: when it left (up) or came (down). */
  readonly atNs: number;
  /** Media minus local time plus (up) or minus (down) the delay. */
  readonly valueNs: number;
}

/** Least delay of one direction in one bucket. */
export interface Edge {
  atNs: number;
  valueNs: number;
  /** Above the least of the window, at the newest skew. */
  excessNs: number;
  /** 1 / ns^2. */
  weight: number;
}

/** The exchanges of a short while. */
export interface Bucket {
  startNs: number;
  readonly up: Edge;
  readonly down: Edge;
}

/** Most buckets there can be. */
export const maxBuckets = 80;

const windowNs = 60 * nsPerSecond;
/** While the fit is young, buckets are short so that a line has points to stand on. */
export const youngNs = 1 * nsPerSecond;
const youngBucketNs = 0.1 * nsPerSecond;
const bucketNs = 1 * nsPerSecond;

/** Buckets of the last 60 s, oldest first. Memory is taken once. */
export class ClockWindow {
  readonly #ring: readonly Bucket[] = Array.from({ length: maxBuckets }, emptyBucket);
  #first = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param index  0 (oldest) to count - 1. */
  bucket(index: number): Bucket {
    const found = this.#ring[(this.#first + index) % maxBuckets];
    if (found === undefined) {
      throw new RangeError(`bucket ${index} of ${this.#count}`);
    }
    return found;
  }

  /**
   * Takes the two delays of an exchange.
   * @param up    Counts if its delay is less than its bucket's.
   * @param down  The same; its time ends a bucket that has lasted long enough.
   * @param skew  Newest guess, for comparing delays of different times.
   * @param firstArrivalNs  Of the window's first exchange: sets the bucket length.
   */
  insert(up: Delay, down: Delay, skew: number, firstArrivalNs: number): void {
    const length = down.atNs - firstArrivalNs < youngNs ? youngBucketNs : bucketNs;
    const open = this.#count === 0 ? undefined : this.bucket(this.#count - 1);
    if (open === undefined || down.atNs - open.startNs >= length) {
      this.#dropOldest(this.#count === maxBuckets ? 1 : 0);
      this.#count += 1;
      const added = this.bucket(this.#count - 1);
      added.startNs = down.atNs;
      setEdge(added.up, up);
      setEdge(added.down, down);
      return;
    }
    // Media less local time is least for the least delay up, and greatest for the least down.
    if (up.valueNs - skew * up.atNs < open.up.valueNs - skew * open.up.atNs) {
      setEdge(open.up, up);
    }
    if (down.valueNs - skew * down.atNs > open.down.valueNs - skew * open.down.atNs) {
      setEdge(open.down, down);
    }
  }

  /** Forgets what is older than the window. */
  expire(nowNs: number): void {
    while (this.#count > 1 && nowNs - this.bucket(0).startNs > windowNs) {
      this.#dropOldest(1);
    }
  }

  /** Forgets all but so many. */
  keepNewest(count: number): void {
    this.#dropOldest(Math.max(0, this.#count - count));
  }

  clear(): void {
    this.#first = 0;
    this.#count = 0;
  }

  #dropOldest(count: number): void {
    this.#first = (this.#first + count) % maxBuckets;
    this.#count -= count;
  }
}

function emptyBucket(): Bucket {
  const edge = (): Edge => ({ atNs: 0, valueNs: 0, excessNs: 0, weight: 0 });
  return { startNs: 0, up: edge(), down: edge() };
}

function setEdge(edge: Edge, to: Delay): void {
  edge.atNs = to.atNs;
  edge.valueNs = to.valueNs;
  edge.excessNs = 0;
  edge.weight = 0;
}
