/**
 * A gain that goes from where it is to a new value along a raised cosine: no step, no corner.
 * Thread: one owner. Real-time: yes.
 */
export class SmoothRamp {
  #value: number;
  #from: number;
  #to: number;
  #length = 0;
  #passed = 0;

  constructor(value: number) {
    this.#value = value;
    this.#from = value;
    this.#to = value;
  }

  /** Sets out for a value from wherever it is. @param frames  0 jumps. */
  go(to: number, frames: number): void {
    this.#from = this.#value;
    this.#to = to;
    this.#length = frames;
    this.#passed = 0;
    if (frames <= 0) {
      this.#value = to;
    }
  }

  /** The value of the next frame. */
  next(): number {
    if (this.#passed < this.#length) {
      ++this.#passed;
      const x = this.#passed / this.#length;
      this.#value =
        this.#passed === this.#length
          ? this.#to
          : this.#from + (this.#to - this.#from) * (0.5 - 0.5 * Math.cos(Math.PI * x));
    }
    return this.#value;
  }

  get value(): number {
    return this.#value;
  }

  get target(): number {
    return this.#to;
  }

  get moving(): boolean {
    return this.#passed < this.#length;
  }
}
