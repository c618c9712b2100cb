// When clock exchanges are due, as in common/sync/exchange_schedule.hpp.
import { localInstant, nsPerMs, nsPerSecond, type LocalInstant } from './time.ts';

const startExchanges = 16;
const startSpacingNs = 31.25 * nsPerMs;
const settledNs = 2 * nsPerSecond;
const pairExchanges = 2;
const pairPeriodNs = 500 * nsPerMs;
const keenNs = 20 * nsPerSecond;
const keenExchanges = 16;
const burstExchanges = 8;
const burstSpacingNs = 20 * nsPerMs;
const burstPeriodNs = 2 * nsPerSecond;

/**
 * 16 exchanges in the first half second, then pairs every half second while the skew is hardly
 * known, from 2 s on a burst every 2 s: of 16 until 20 s, so that a bad radio is soon seen through,
 * of 8 from then on.
 *
 * Bursts find idle moments of a shared radio better than evenly spread requests; a skew is found
 * sooner by what is spread evenly. Thread: one owner.
 */
export class ExchangeSchedule {
  #next: LocalInstant;
  #start: LocalInstant;
  #burstStart: LocalInstant;
  /** Exchanges left in this burst, the one at #next included. */
  #left = startExchanges;
  #starting = true;

  constructor(start: LocalInstant) {
    this.#next = start;
    this.#start = start;
    this.#burstStart = start;
  }

  /** Begins again with the dense start, after a (re)connection. */
  restart(now: LocalInstant): void {
    this.#next = now;
    this.#start = now;
    this.#burstStart = now;
    this.#left = startExchanges;
    this.#starting = true;
  }

  /** The instant of the next request. */
  get next(): LocalInstant {
    return this.#next;
  }

  due(now: LocalInstant): boolean {
    return now >= this.#next;
  }

  /** Says that the request due at next left at `now`. Missed ones are not made up for. */
  sent(now: LocalInstant): void {
    this.#left -= 1;
    if (this.#left > 0) {
      const spacing = this.#starting ? startSpacingNs : burstSpacingNs;
      this.#next = localInstant(Math.max(this.#next + spacing, now));
      return;
    }
    this.#starting = false;
    const settled = this.#burstStart - this.#start >= settledNs;
    const burstStart = this.#burstStart + (settled ? burstPeriodNs : pairPeriodNs);
    // A sleeping machine does not send what it missed.
    this.#burstStart = localInstant(burstStart < now ? now + burstPeriodNs : burstStart);
    const age = this.#burstStart - this.#start;
    this.#left = exchangesAt(age);
    this.#next = this.#burstStart;
  }
}

/** Of a burst. @param ageNs  When it begins, from the start. */
function exchangesAt(ageNs: number): number {
  if (ageNs < settledNs) {
    return pairExchanges;
  }
  return ageNs < keenNs ? keenExchanges : burstExchanges;
}
