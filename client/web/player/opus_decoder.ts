/**
 * Decodes Opus frames of 20 ms to 48 kHz stereo, and invents the ones that are missing. What does
 * it (libopus in WebAssembly, as a rule) stands behind this interface.
 * Thread: one owner. Real-time: all but the making of one; it writes into its own two arrays.
 */
export interface OpusDecoder {
  /** What the last decode() or conceal() gave: shape [960] each, full scale 1.0; may exceed it. */
  readonly left: Float32Array;
  readonly right: Float32Array;
  /**
   * @param payload  Its first `size` bytes are one Opus frame; may come from anywhere.
   * @returns false if it is no Opus frame of 20 ms: it has been concealed then.
   */
  decode(payload: Uint8Array, size: number): boolean;
  /** Continues the sound through one lost packet. */
  conceal(): void;
  /** As newly made. */
  reset(): void;
}

/** Makes one decoder; asked once for each lane, before anything plays. */
export type OpusDecoderMaker = () => OpusDecoder;
