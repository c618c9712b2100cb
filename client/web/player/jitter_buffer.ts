import { maxPayloadBytes } from '../shared/bundle.ts';
import { packetFrames } from '../shared/time.ts';
import { elementAt } from './element_at.ts';
import { PacketSlot } from './packet.ts';

/**
 * What became of a packet on arrival: `stored`; `duplicate`: is here, or was played; `late`: its
 * place has been played without it; `refused`: contradicts its lane's media grid, or is further
 * ahead than any buffer.
 */
export type Arrival = 'stored' | 'duplicate' | 'late' | 'refused';

/** Packets that find room: 1.9 s. */
export const jitterCapacity = 96;

const placeEmpty = 0;
const placeStored = 1;
const placePlayed = 2;
const placeMissed = 3;
/** Far from any number that is not exact, whatever a peer writes. */
const farthestFrame = 2 ** 50;

function within(frame: number): boolean {
  return frame <= farthestFrame && frame >= -farthestFrame;
}

/**
 * Packets of one stream and epoch, by sequence, from arrival to decoding.
 *
 * While the lane flows (somebody decodes it in order) the window starts at next; while it does
 * not, the window slides with the newest packet, and old ones fall out uncounted.
 * Thread: one owner. Real-time: everything but the constructor.
 */
export class JitterBuffer {
  readonly #slots: PacketSlot[] = [];
  readonly #markSequence = new Uint32Array(jitterCapacity);
  readonly #markPlace = new Uint8Array(jitterCapacity);
  /** Media time of sequence 0. */
  #baseMedia = 0;
  #next = 0;
  #highest = 0;
  #waiting = 0;
  #based = false;
  #flowing = false;

  constructor() {
    for (let i = 0; i < jitterCapacity; ++i) {
      this.#slots.push(new PacketSlot());
    }
  }

  /** Empties it for another stream or epoch. */
  reset(): void {
    this.#markSequence.fill(0);
    this.#markPlace.fill(placeEmpty);
    this.#baseMedia = 0;
    this.#next = 0;
    this.#highest = 0;
    this.#waiting = 0;
    this.#based = false;
    this.#flowing = false;
  }

  /** Copies a packet in, if it has a place here. */
  insert(packet: PacketSlot): Arrival {
    const { sequence, media, programme } = packet.stamp;
    if (packet.size > maxPayloadBytes || !within(media) || !within(programme)) {
      return 'refused';
    }
    if (this.#based && media !== this.mediaOf(sequence)) {
      return 'refused';
    }
    const index = sequence % jitterCapacity;
    const place = this.#markPlace[index];
    const known = place === placeStored || place === placePlayed;
    if (known && this.#markSequence[index] === sequence) {
      return 'duplicate';
    }
    if (sequence < this.#next) {
      return 'late';
    }
    if (!this.#based) {
      this.#based = true;
      this.#baseMedia = media - sequence * packetFrames;
      this.#highest = sequence;
    } else if (this.#flowing) {
      if (sequence - this.#next >= jitterCapacity) {
        return 'refused';
      }
    } else if (this.#highest - sequence >= jitterCapacity) {
      return 'late';
    } else if (sequence - this.#highest >= jitterCapacity) {
      this.dropBelow(sequence); // a jump over the whole window: nothing of it stays
    } else if (sequence > this.#highest) {
      this.dropBelow(Math.max(0, sequence - jitterCapacity + 1));
    }
    elementAt(this.#slots, index).copyFrom(packet);
    this.#markSequence[index] = sequence;
    this.#markPlace[index] = placeStored;
    ++this.#waiting;
    this.#highest = Math.max(this.#highest, sequence);
    return 'stored';
  }

  /** True after the first packet: mediaOf() means something. */
  get based(): boolean {
    return this.#based;
  }

  /** Presentation time, in media frames, of a sequence number; the buffer is based. */
  mediaOf(sequence: number): number {
    return this.#baseMedia + sequence * packetFrames;
  }

  /** The packet to decode next, counted or not yet here. */
  get next(): number {
    return this.#next;
  }

  /** Packets waiting. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Highest sequence ever stored; the buffer is based. */
  get highest(): number {
    return this.#highest;
  }

  get flowing(): boolean {
    return this.#flowing;
  }

  /** Lowest stored sequence from next on; -1 if nothing waits. */
  lowest(): number {
    let found = -1;
    for (let i = 0; this.#waiting > 0 && i < jitterCapacity; ++i) {
      const sequence = this.#markSequence[i] ?? 0;
      if (this.#markPlace[i] === placeStored && (found < 0 || sequence < found)) {
        found = sequence;
      }
    }
    return found;
  }

  /** Begins in-order decoding at a sequence; what waits before it is dropped. */
  flowFrom(sequence: number): void {
    this.dropBelow(sequence);
    this.#next = sequence;
    this.#flowing = true;
  }

  /** Ends in-order decoding. Nothing before next is wanted any more. */
  stop(): void {
    this.#flowing = false;
  }

  /** Drops what waits below a sequence. */
  dropBelow(sequence: number): void {
    for (let i = 0; i < jitterCapacity; ++i) {
      if (this.#markPlace[i] === placeStored && (this.#markSequence[i] ?? 0) < sequence) {
        this.#markPlace[i] = placeEmpty;
        --this.#waiting;
      }
    }
    this.#next = Math.max(this.#next, sequence);
  }

  /** The packet next, or null if it is not here. Stays until pass(). */
  peek(): PacketSlot | null {
    const index = this.#next % jitterCapacity;
    const here =
      this.#markPlace[index] === placeStored && this.#markSequence[index] === this.#next;
    return here ? elementAt(this.#slots, index) : null;
  }

  /** Goes to the following sequence number; the place is remembered as played or missed. */
  pass(): void {
    const index = this.#next % jitterCapacity;
    if (this.#markPlace[index] === placeStored && this.#markSequence[index] === this.#next) {
      this.#markPlace[index] = placePlayed;
      --this.#waiting;
    } else {
      this.#markSequence[index] = this.#next;
      this.#markPlace[index] = placeMissed;
    }
    ++this.#next;
  }
}
