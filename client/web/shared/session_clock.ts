// A listener's clock exchanges with one server, as in client/core/session_clock.hpp.
import { ClockEstimator, type ClockEstimatorCounters } from './clock_estimator.ts';
import { noClockModel, type ClockModel } from './clock_model.ts';
import { ExchangeSchedule } from './exchange_schedule.ts';
import { ReplyWindow } from './reply_window.ts';
import { localInstant, mediaInstant, nsPerMs, nsPerSecond, type LocalInstant } from './time.ts';

/** A reply that took longer says nothing about the clock. */
const longestRoundTripNs = 4 * nsPerSecond;
/** Beyond two round trips, an answer is waited for this long. */
const answerSlackNs = 20 * nsPerMs;
/** Exchanges made up for in a row. */
const mostMadeUp = 16;
/** Lost exchanges that are remembered. */
const mostOpen = 16;

/** What a server answers to an exchange, in nanoseconds; as it came, not believed yet. The only
 * place where times have 64 bits. */
export interface ClockReply {
  /** Of the listener's clock, repeated: as sent, modulo 2^64. */
  readonly t1Ns: bigint;
  /** Of the media clock. */
  readonly t2Ns: bigint;
  readonly t3Ns: bigint;
  /** 0 to 2^32 - 1. */
  readonly sequence: number;
}

/** An exchange that was sent and not answered. */
interface Open {
  readonly sequence: number;
  /** It counts as lost if there is no answer by then. */
  readonly lostAt: LocalInstant;
}

/**
 * When exchanges are due, which replies count, and what follows from them.
 * Thread: one owner. Pure: time is what the caller says it is.
 */
export class SessionClock {
  #estimator = new ClockEstimator();
  readonly #schedule = new ExchangeSchedule(localInstant(0));
  readonly #replies = new ReplyWindow();
  #model = noClockModel;
  #roundTripNs = 0;
  /** [sequence % mostOpen]. */
  readonly #open: (Open | undefined)[] = Array<undefined>(mostOpen).fill(undefined);
  /** Exchanges that may be made up for: as many as were scheduled. */
  #makesUp = 0;
  #lossy = false;

  /** Another server's clock: nothing from before holds. */
  forget(): void {
    this.#estimator = new ClockEstimator();
    this.#model = noClockModel;
  }

  /** A new connection: dense exchanges first. @param sameClock  Keep the rate. */
  restart(now: LocalInstant, sameClock: boolean): void {
    if (sameClock) {
      this.#estimator.restart();
    } else {
      this.forget();
    }
    this.#schedule.restart(now);
  }

  /** Exchanges can be lost from now on, or no longer: those that were lost are made up for. */
  setLossy(lossy: boolean): void {
    if (lossy !== this.#lossy) {
      this.#lossy = lossy;
      this.#open.fill(undefined);
      this.#makesUp = 0;
    }
  }

  due(now: LocalInstant): boolean {
    return now >= this.next;
  }

  get next(): LocalInstant {
    const lost = this.#makesUp > 0 ? this.#firstLost() : undefined;
    const scheduled = this.#schedule.next;
    return lost === undefined || scheduled <= lost.lostAt ? scheduled : lost.lostAt;
  }

  /** The number of the exchange that is due, which is sent at once. */
  send(now: LocalInstant): number {
    const lost = this.#firstLost();
    if (this.#schedule.due(now)) {
      this.#schedule.sent(now);
      this.#makesUp = Math.min(this.#makesUp + 1, mostMadeUp);
    } else if (lost !== undefined) {
      this.#open[lost.sequence % mostOpen] = undefined;
      this.#makesUp -= 1;
    }
    const sequence = this.#replies.number();
    if (this.#lossy) {
      const lostAt = localInstant(now + 2 * this.#roundTripNs + answerSlackNs);
      this.#open[sequence % mostOpen] = { sequence, lostAt };
    }
    return sequence;
  }

  /** The number of one more, which only asks whether the way is there. */
  sendExtra(): number {
    return this.#replies.number();
  }

  /**
   * Takes a reply. They may come in any order, and twice. False: not to an exchange of ours,
   * repeated, or impossible.
   * @param t4  When it came.
   */
  take(reply: ClockReply, t4: LocalInstant): boolean {
    const t1 = localInstant(Number(BigInt.asIntN(64, reply.t1Ns)));
    const t2 = mediaInstant(Number(reply.t2Ns));
    const t3 = mediaInstant(Number(reply.t3Ns));
    const thereAndBack = t4 - t1;
    if (
      thereAndBack < 0 ||
      thereAndBack > longestRoundTripNs ||
      reply.t3Ns < reply.t2Ns ||
      !this.#replies.answer(reply.sequence)
    ) {
      return false;
    }
    const slot = reply.sequence % mostOpen;
    if (this.#open[slot]?.sequence === reply.sequence) {
      this.#open[slot] = undefined;
    }
    this.#roundTripNs = thereAndBack - (t3 - t2);
    this.#estimator.add({ t1, t2, t3, t4 });
    this.#model = this.#estimator.model;
    return true;
  }

  get model(): ClockModel {
    return this.#model;
  }

  get counters(): Readonly<ClockEstimatorCounters> {
    return this.#estimator.counters;
  }

  /** Of the newest reply, without the server's share. */
  get roundTripNs(): number {
    return this.#roundTripNs;
  }

  #firstLost(): Open | undefined {
    let first: Open | undefined;
    for (const one of this.#open) {
      if (one !== undefined && (first === undefined || one.lostAt < first.lostAt)) {
        first = one;
      }
    }
    return first;
  }
}
