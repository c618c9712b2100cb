// Times, as in common/base/time.hpp. An instant is a whole number of nanoseconds since its clock's
// base, in a double: exact up to 2^53 ns, which is 104 days; after that, to 2 ns for as long again.
// Two clocks are two types, so that mixing them does not compile. What is 64 bits wide on the wire
// is a bigint only where it is read (session_clock.ts).

declare const unit: unique symbol;

/** An instant of the listener's own clock: ns since the base that readLocal() is given. */
export type LocalInstant = number & { readonly [unit]: 'local ns' };
/** An instant of the server's media clock: ns since the server started. */
export type MediaInstant = number & { readonly [unit]: 'media ns' };
/** A frame's presentation time: a whole frame at 48 kHz on the server's media clock. */
export type MediaTime = number & { readonly [unit]: 'media frames' };
/** Position in the programme: a whole frame at 48 kHz. */
export type ProgrammeTime = number & { readonly [unit]: 'programme frames' };

/** Frames per second of everything between ingest and the listener's drift corrector. */
export const sampleRateHz = 48_000;
/** Frames of one packet: 20 ms, one Opus frame. */
export const packetFrames = 960;
/** Every epoch's packets begin this many frames before its first. */
export const epochPrerollFrames = 3 * packetFrames;

export const nsPerSecond = 1e9;
export const nsPerMs = 1e6;

/** Makes an instant of the listener's clock of nanoseconds, which need not be whole. */
export function localInstant(ns: number): LocalInstant {
  return roundAway(ns) as LocalInstant;
}

/** Makes an instant of the media clock of nanoseconds, which need not be whole. */
export function mediaInstant(ns: number): MediaInstant {
  return roundAway(ns) as MediaInstant;
}

/** The nearest whole number, halves away from zero: std::llround. */
export function roundAway(value: number): number {
  return value < 0 ? 0 - Math.round(-value) : Math.round(value);
}

/**
 * Reads a context's monotonic clock.
 * @param source  The context's `performance`, in ms. Each worker has a time origin of its own.
 * @param baseMs  The time origin, in ms, that every context of the page counts from.
 */
export function readLocal(
  source: { readonly timeOrigin: number; now(): number },
  baseMs: number,
): LocalInstant {
  return localInstant((source.timeOrigin - baseMs + source.now()) * nsPerMs);
}

/** The instant at which a frame starts to sound, rounded down to a nanosecond. */
export function toInstant(frame: MediaTime): MediaInstant {
  // 62 500 / 3 ns a frame, exactly; split so that no product is larger than its result.
  const whole = Math.floor(frame / 3);
  return (whole * 62_500 + Math.floor(((frame - 3 * whole) * 62_500) / 3)) as MediaInstant;
}

/** The frame that sounds at an instant: the last one that has started. */
export function toFrame(instant: MediaInstant): MediaTime {
  const whole = Math.floor(instant / 62_500);
  return (whole * 3 + Math.floor(((instant - whole * 62_500) * 3) / 62_500)) as MediaTime;
}
