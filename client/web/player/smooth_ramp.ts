/**
 * A gain that goes from where it is to a new value along a raised cosine: no step, no corner.
 * Thread: one owner. Real-time: yes.
 */
export class SmoothRamp {
  private now: number;
  private from: number;
  private to: number;
  private length = 0;
  private passed = 0;

  constructor(value: number) {
    this.now = value;
    this.from = value;
    this.to = value;
  }

  /** Sets out for a value from wherever it is. @param frames  0 jumps. */
  go(to: number, frames: number): void {
    this.from = this.now;
    this.to = to;
    this.length = frames;
    this.passed = 0;
    if (frames <= 0) {
      this.now = to;
    }
  }

  /** The value of the next frame. */
  next(): number {
    if (this.passed < this.length) {
      ++this.passed;
      const x = this.passed / this.length;
      this.now =
        this.passed === this.length
          ? this.to
          : this.from + (this.to - this.from) * (0.5 - 0.5 * Math.cos(Math.PI * x));
    }
    return this.now;
  }

  get value(): number {
    return this.now;
  }

  get target(): number {
    return this.to;
  }

  get moving(): boolean {
    return this.passed < this.length;
  }
}
