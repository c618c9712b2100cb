// Bundles, as in common/wire/bundle.hpp; bytes: docs/protocol.md, section 3.
import { failure, success, type Result } from './result.ts';
import type { MediaTime, ProgrammeTime } from './time.ts';

export const bundleHeaderBytes = 4;
export const packetHeaderBytes = 28;
/** Largest Opus frame there is (RFC 6716, section 3.4). */
export const maxPayloadBytes = 1275;
/** Most packets in one bundle. */
export const maxBundlePackets = 8;
/** Stamps further than this many frames from zero (186 years) are refused; all others are exact. */
export const farthestStampFrames = 2 ** 48;

/** What every packet says about the audio that its decoding gives. */
export interface PacketStamp {
  /** 0 to 255, as `Streams` numbers them. */
  readonly stream: number;
  /** The programme segment it was rendered for, 0 to 2^32 - 1. */
  readonly epoch: number;
  /** Counts packets of one stream and epoch, from 0; modulo 2^32. */
  readonly sequence: number;
  /** When the first decoded frame must be heard. */
  readonly media: MediaTime;
  /** The programme frame which that first decoded frame carries. */
  readonly programme: ProgrammeTime;
}

/** One packet of a received bundle; borrows the bytes it was parsed from. */
export interface PacketView {
  readonly stamp: PacketStamp;
  /** 0 to 1275 bytes: one Opus frame, or haptic points. */
  readonly payload: Uint8Array;
}

/**
 * Parses a bundle (without its kind byte): 1 to 8 packets of one stream, in the order they were
 * sent. Reads nothing outside bytes; the views borrow them. Never throws: fails with truncated,
 * bad_value (count, stamps, trailing bytes) or payload_too_large.
 */
export function parseBundle(bytes: Uint8Array): Result<readonly PacketView[]> {
  if (bytes.byteLength < bundleHeaderBytes) {
    return failure('truncated');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stream = view.getUint8(0);
  const count = view.getUint8(1);
  if (count < 1 || count > maxBundlePackets) {
    return failure('bad_value');
  }
  const packets: PacketView[] = [];
  let at = bundleHeaderBytes;
  while (packets.length < count) {
    if (view.byteLength - at < packetHeaderBytes) {
      return failure('truncated');
    }
    const size = view.getUint16(at + 26, true);
    if (size > maxPayloadBytes) {
      return failure('payload_too_large');
    }
    const end = at + packetHeaderBytes + size;
    if (view.byteLength < end) {
      return failure('truncated');
    }
    const media = readInt64(view, at + 8);
    const programme = readInt64(view, at + 16);
    if (isFar(media) || isFar(programme)) {
      return failure('bad_value');
    }
    packets.push({
      stamp: {
        stream,
        epoch: view.getUint32(at, true),
        sequence: view.getUint32(at + 4, true),
        media: media as MediaTime,
        programme: programme as ProgrammeTime,
      },
      payload: bytes.subarray(at + packetHeaderBytes, end),
    });
    at = end;
  }
  return at === view.byteLength ? success(packets) : failure('bad_value');
}

/** Two's complement, little-endian. Exact within 2^53 of zero, rounded beyond. */
function readInt64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

function isFar(stamp: number): boolean {
  return Math.abs(stamp) > farthestStampFrames;
}
