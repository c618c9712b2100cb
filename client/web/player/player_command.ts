/** What the page or the server asks of the player. All are local gain ramps or routing. */
export type PlayerCommand =
  /** Play a stream; cross-fade if both have audio for the same media time. */
  | { readonly kind: 'follow'; readonly stream: number }
  /** Silence within 50 ms, then the objective stream at the cap; fadeMs 0: 300. */
  | { readonly kind: 'panic'; readonly stream: number; readonly fadeMs: number }
  /** Silence within 50 ms, and stay: exit. */
  | { readonly kind: 'silence' }
  /** Back to the stream within fadeMs. */
  | { readonly kind: 'allClear'; readonly stream: number; readonly fadeMs: number }
  /** -60 to 0; clamped. */
  | { readonly kind: 'volume'; readonly valueDb: number }
  /** -60 to 0; clamped. */
  | { readonly kind: 'levelCap'; readonly valueDbfs: number };
