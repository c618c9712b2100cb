// Which replies to numbered requests count.

/** How many requests back a reply still counts. */
const windowReplies = 64;

/** Lets each request be answered once, in any order, while it is among the newest 64. Numbers are
 * 32 bits wide and may wrap; none is numbered 0 before they do. Thread: one owner. */
export class ReplyWindow {
  #next = 1;
  #newest = 0;
  /** Bit n: #newest - n was answered, or never sent. */
  #answered = 2n ** 64n - 1n;

  /** The number of a request that is sent now: 1 to 2^32 - 1, then from 0 on again. */
  number(): number {
    const sequence = this.#next;
    this.#next = (this.#next + 1) >>> 0;
    return sequence;
  }

  /** Takes a reply. False: not to a request of ours, too old, or repeated. */
  answer(sequence: number): boolean {
    if ((this.#next - 1 - sequence) >>> 0 >= windowReplies) {
      return false;
    }
    const ahead = (sequence - this.#newest) | 0;
    if (ahead > 0) {
      const shifted = ahead < windowReplies ? this.#answered << BigInt(ahead) : 0n;
      this.#answered = BigInt.asUintN(windowReplies, shifted | 1n);
      this.#newest = sequence;
      return true;
    }
    const bit = 1n << BigInt((this.#newest - sequence) >>> 0); // no further back than #next
    if ((this.#answered & bit) !== 0n) {
      return false;
    }
    this.#answered |= bit;
    return true;
  }
}
