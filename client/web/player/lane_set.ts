import { packetFrames, sampleRateHz } from '../shared/time.ts';
import { elementAt } from './element_at.ts';
import type { Arrival } from './jitter_buffer.ts';
import type { OpusDecoderMaker } from './opus_decoder.ts';
import type { PacketSlot } from './packet.ts';
import { StreamDecoder, type DecodeCounters } from './stream_decoder.ts';

export type Lane = StreamDecoder;

/** Stream numbers are one byte. */
const streamIds = 256;
/** Two streams with two epochs each, and two more for hasty seeks. */
export const laneCount = 6;
/** Frames of every cross-fade: 20 ms. */
export const fadeFrames = 960;
/** A lane this far behind the position has ended. */
const endedFrames = 2 * sampleRateHz;
/** A lane this far ahead speaks of another clock (a restarted server's). */
const foreignFrames = 10 * sampleRateHz;
/** A start takes effect on the output frame nearest to it. */
const nearestFrames = 0.5;

/** Arrivals by what became of them. */
export interface ArrivalCounters {
  received: number;
  late: number;
  duplicate: number;
  /** Fits nowhere; never heard. */
  refused: number;
}

/** Says of a lane whether it is heard, and so may not be taken away. */
export interface Hearer {
  hears(lane: Lane): boolean;
}

/** What the heard position needs to be decoded; media frames, budget in Opus frames. */
export interface DecodeNeed {
  followed: number;
  position: number;
  must: number;
  want: number;
  budget: number;
}

/**
 * A player's lanes: which packets go where, which lanes decode, which are given up.
 * Thread: one owner (the audio thread). Real-time: everything but the constructor.
 */
export class LaneSet {
  readonly arrivals: ArrivalCounters = { received: 0, late: 0, duplicate: 0, refused: 0 };
  readonly #lanes: Lane[] = [];
  readonly #floors = new Float64Array(streamIds);

  constructor(makeDecoder: OpusDecoderMaker) {
    for (let i = 0; i < laneCount; ++i) {
      this.#lanes.push(new StreamDecoder(makeDecoder()));
    }
  }

  /** Routes a packet to its lane; opens one for a new stream or epoch. */
  insert(packet: PacketSlot, followed: number, hearer: Hearer): void {
    const { stream, epoch } = packet.stamp;
    ++this.arrivals.received;
    let lane = this.#find(stream, epoch);
    if (lane === null && epoch < this.#floor(stream)) {
      ++this.arrivals.late;
      return;
    }
    lane ??= this.#roomFor(packet, followed, hearer);
    this.#count(lane === null ? 'refused' : lane.insert(packet));
  }

  /** Decodes every lane that is heard or may be next; the others rest, and the dead are closed. */
  advance(need: Readonly<DecodeNeed>, counters: DecodeCounters, hearer: Hearer): void {
    // What is heard comes first.
    const left = this.#advanceThose(true, need, need.budget, counters, hearer);
    this.#advanceThose(false, need, left, counters, hearer);
    this.#forgetFloorsIfEmpty();
  }

  /**
   * The lane to be heard at a position: the newest epoch of the stream whose programme has
   * started there; null if it has no audio there.
   * @param heard  The lane heard now, or null: to stay with it takes no audio ahead.
   * @param ahead  Frames that any other one must have decoded beyond the position.
   */
  playable(stream: number, position: number, heard: Lane | null, ahead: number): Lane | null {
    let best: Lane | null = null;
    for (let i = 0; i < laneCount; ++i) {
      const lane = elementAt(this.#lanes, i);
      const started =
        this.#speaksOf(lane, stream) &&
        lane.epoch >= this.#floor(stream) &&
        lane.switchMedia <= position + nearestFrames;
      if (started && (best === null || lane.epoch > best.epoch)) {
        best = lane;
      }
    }
    if (best === null || !best.flowing || best.audibleFrom > position + nearestFrames) {
      return null;
    }
    return best === heard || best.timeline.end >= position + ahead ? best : null;
  }

  /** First media frame after a position at which playable() may change; Infinity: unknown. */
  nextEvent(stream: number, position: number): number {
    let next = Infinity;
    for (let i = 0; i < laneCount; ++i) {
      const lane = elementAt(this.#lanes, i);
      if (!this.#speaksOf(lane, stream)) {
        continue;
      }
      const start = lane.switchMedia - nearestFrames;
      if (start > position && start < next) {
        next = start;
      }
      const audible = lane.audibleFrom - nearestFrames;
      if (lane.flowing && audible > position && audible < next) {
        next = audible;
      }
    }
    return next;
  }

  /** The lane of a stream that is, or will first be, of interest at a position; may be null. */
  expected(stream: number, position: number): Lane | null {
    let best: Lane | null = null;
    for (let i = 0; i < laneCount; ++i) {
      const lane = elementAt(this.#lanes, i);
      if (!this.#speaksOf(lane, stream)) {
        continue;
      }
      const started = lane.switchMedia <= position;
      if (
        best === null ||
        (started && (best.switchMedia > position || lane.epoch > best.epoch))
      ) {
        best = lane;
      }
    }
    return best;
  }

  /** Epochs of this stream before this one will not be heard again. */
  setFloor(stream: number, epoch: number): void {
    this.#floors[stream] = Math.max(this.#floor(stream), epoch);
  }

  #floor(stream: number): number {
    return this.#floors[stream] ?? 0;
  }

  #speaksOf(lane: Lane, stream: number): boolean {
    return lane.isOpen && lane.stream === stream && lane.packets.based;
  }

  #find(stream: number, epoch: number): Lane | null {
    for (let i = 0; i < laneCount; ++i) {
      const lane = elementAt(this.#lanes, i);
      if (lane.isOpen && lane.stream === stream && lane.epoch === epoch) {
        return lane;
      }
    }
    return null;
  }

  #advanceThose(
    audible: boolean,
    need: Readonly<DecodeNeed>,
    budget: number,
    counters: DecodeCounters,
    hearer: Hearer,
  ): number {
    let left = budget;
    for (let i = 0; i < laneCount; ++i) {
      const lane = elementAt(this.#lanes, i);
      if (!lane.isOpen || hearer.hears(lane) !== audible || !lane.packets.based) {
        continue;
      }
      if (!audible && this.#dead(lane, need.position)) {
        lane.close();
      } else if (audible || this.#current(lane, need)) {
        lane.endAt(this.#successorStart(lane) + fadeFrames);
        left = lane.advance(need.position, need.must, need.want, left, counters);
      } else {
        lane.rest(need.position);
      }
    }
    return left;
  }

  /** Start of the earliest later epoch of the same stream, or Infinity. */
  #successorStart(lane: Lane): number {
    let start = Infinity;
    for (let i = 0; i < laneCount; ++i) {
      const other = elementAt(this.#lanes, i);
      if (this.#speaksOf(other, lane.stream) && other.epoch > lane.epoch) {
        start = Math.min(start, other.switchMedia);
      }
    }
    return start;
  }

  #current(lane: Lane, need: Readonly<DecodeNeed>): boolean {
    return (
      lane.stream === need.followed &&
      lane.epoch >= this.#floor(lane.stream) &&
      this.#successorStart(lane) > need.position
    );
  }

  #dead(lane: Lane, position: number): boolean {
    const newest = lane.packets.mediaOf(lane.packets.highest) + packetFrames;
    return (
      lane.epoch < this.#floor(lane.stream) ||
      newest < position - endedFrames ||
      newest > position + foreignFrames
    );
  }

  #forgetFloorsIfEmpty(): void {
    // Nothing has come for so long that late packets are no danger; a restarted server, though,
    // counts its epochs from the start again.
    for (let i = 0; i < laneCount; ++i) {
      if (elementAt(this.#lanes, i).isOpen) {
        return;
      }
    }
    this.#floors.fill(0);
  }

  #count(arrival: Arrival): void {
    if (arrival !== 'stored') {
      ++this.arrivals[arrival];
    }
  }

  #roomFor(packet: PacketSlot, followed: number, hearer: Hearer): Lane | null {
    let chosen: Lane | null = null;
    let chosenRank = 3;
    for (let i = 0; i < laneCount; ++i) {
      const lane = elementAt(this.#lanes, i);
      if (lane.isOpen && hearer.hears(lane)) {
        continue;
      }
      const rank = rankOf(lane, packet, followed);
      if (rank < chosenRank) {
        chosen = lane;
        chosenRank = rank;
      }
    }
    chosen?.open(packet.stamp.stream, packet.stamp.epoch);
    return chosen;
  }
}

/** Free ones first, then other streams, then older epochs of this one; 3 may not be taken. */
function rankOf(lane: Lane, packet: PacketSlot, followed: number): number {
  if (!lane.isOpen) {
    return 0;
  }
  if (lane.stream !== followed) {
    return 1;
  }
  return lane.epoch < packet.stamp.epoch ? 2 : 3;
}
