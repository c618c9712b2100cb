import { elementAt } from './element_at.ts';
import { PacketSlot, type Stamp } from './packet.ts';

/**
 * Packets between arrival and the next render(): a ring of slots that are made once.
 * Thread: one owner. Real-time: everything but the constructor.
 */
export class PacketRing {
  readonly #slots: PacketSlot[] = [];
  #first = 0;
  #count = 0;

  /** @param capacity  Packets that find room, >= 1. */
  constructor(capacity: number) {
    for (let i = 0; i < capacity; ++i) {
      this.#slots.push(new PacketSlot());
    }
  }

  /** Copies a packet in. Returns false if there is no room. */
  push(stamp: Readonly<Stamp>, payload: Uint8Array): boolean {
    if (this.#count === this.#slots.length) {
      return false;
    }
    const slot = elementAt(this.#slots, (this.#first + this.#count) % this.#slots.length);
    slot.put(stamp, payload);
    ++this.#count;
    return true;
  }

  /** The oldest packet, or null; stays until pop(). */
  front(): PacketSlot | null {
    return this.#count === 0 ? null : elementAt(this.#slots, this.#first);
  }

  /** Frees the oldest packet's place; front() was not null. */
  pop(): void {
    this.#first = (this.#first + 1) % this.#slots.length;
    --this.#count;
  }
}
