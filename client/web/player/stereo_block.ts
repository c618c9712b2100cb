/**
 * Planar stereo, full scale 1.0; both of one length. Owned by whoever made it and reused: the
 * render path allocates nothing, so blocks are handed on as two arrays, an index and a count.
 */
export interface StereoBlock {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** Silent stereo of so many frames. Real-time: no, it allocates. */
export function makeStereo(frames: number): StereoBlock {
  return { left: new Float32Array(frames), right: new Float32Array(frames) };
}
