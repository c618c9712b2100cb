import type { OutputStage } from './output_stage.ts';
import type { StreamMixer } from './stream_mixer.ts';

/** Fade after a panic unless the command says otherwise (DESIGN 1.7: >= 300 ms from silence). */
const panicFadeMs = 300;
const shortestFadeMs = 20;
const longestFadeMs = 60_000;
const framesPerMs = 48;

/**
 * Which stream is followed, and what the mute is waiting for: panic, exit and the way back.
 * `falling`: to silence, then to the stream that is safe; `waiting`: silent until the followed
 * stream is there; `silent`: until all clear.
 * Thread: one owner (the audio thread). Real-time: yes.
 */
export class MuteGuard {
  /** The stream to be heard; means something once `following`. */
  followed = 0;
  /** A stream was chosen, by a command or by the first packet. */
  following = false;
  readonly #output: OutputStage;
  readonly #mixer: StreamMixer;
  #safe = 0;
  #fadeMs = 0;
  #mode: 'open' | 'falling' | 'waiting' | 'silent' = 'open';

  constructor(output: OutputStage, mixer: StreamMixer) {
    this.#output = output;
    this.#mixer = mixer;
  }

  follow(stream: number): void {
    this.following = true;
    this.#safe = stream;
    if (this.#mode !== 'falling') {
      this.followed = stream;
    }
  }

  panic(stream: number, fadeMs: number): void {
    this.following = true;
    this.#safe = stream;
    this.#fadeMs = fadeMs === 0 ? panicFadeMs : fadeMs;
    this.#mode = 'falling';
    this.#output.mute();
  }

  silence(): void {
    this.#mode = 'silent';
    this.#output.mute();
  }

  allClear(stream: number, fadeMs: number): void {
    this.following = true;
    if (this.#output.silent) {
      this.#mixer.cut(); // not a moment of what was left must come back
    }
    this.followed = stream;
    this.#fadeMs = Math.max(fadeMs, shortestFadeMs);
    this.#mode = this.#output.muted ? 'waiting' : 'open';
  }

  /** Goes on where what was waited for has come; once before each stretch is mixed. */
  step(): void {
    if (this.#mode === 'falling' && this.#output.silent) {
      this.#mixer.cut();
      this.followed = this.#safe;
      this.#mode = 'waiting';
    } else if (this.#mode === 'waiting' && this.#mixer.lane?.stream === this.followed) {
      this.#output.unmute(Math.min(this.#fadeMs, longestFadeMs) * framesPerMs);
      this.#mode = 'open';
    }
  }
}
