// Envelopes, as in common/wire/envelope.hpp: one binary WebSocket message is a kind byte and a
// body. Bytes: docs/protocol.md, sections 1 and 2.
import { failure, success, type Result } from './result.ts';

/** WebSocket subprotocol, and the versions spoken. */
export const subprotocol = 'earshot.v1';
export const versionMajor = 1;
export const versionMinor = 2;

/** First byte of every envelope. Numbers are part of the protocol. */
export const Kind = {
  bundle: 0x01,
  syncRequest: 0x02,
  syncReply: 0x03,
  hello: 0x10,
  welcome: 0x11,
  refusal: 0x12,
  bye: 0x13,
  subscribe: 0x20,
  streams: 0x21,
  timeline: 0x22,
  stateChange: 0x23,
  showSummary: 0x24,
  sessionState: 0x25,
  localControl: 0x26,
  telemetry: 0x30,
  exit: 0x31,
  mediaOffer: 0x40,
  mediaPath: 0x41,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Largest envelope, in bytes, that a server accepts from a listener. */
export const maxFromListenerBytes = 8 * 1024;
/** Largest envelope, in bytes, that a listener accepts from a server. */
export const maxFromServerBytes = 256 * 1024;

/** One parsed envelope; borrows the bytes it was parsed from. */
export interface EnvelopeView {
  readonly kind: Kind;
  readonly body: Uint8Array;
}

const known: ReadonlySet<number> = new Set(Object.values(Kind));

function isKnown(kind: number): kind is Kind {
  return known.has(kind);
}

/**
 * Splits the kind byte from the body of what came from a server. A kind that is not known here is
 * bad_kind (newer minors may send such: ignore it, do not hang up). Empty: truncated. Larger than a
 * listener accepts: payload_too_large, since a browser's socket has no limit of its own. Never
 * throws.
 */
export function parseEnvelope(bytes: Uint8Array): Result<EnvelopeView> {
  const kind = bytes[0];
  if (kind === undefined) {
    return failure('truncated');
  }
  if (bytes.byteLength > maxFromServerBytes) {
    return failure('payload_too_large');
  }
  return isKnown(kind) ? success({ kind, body: bytes.subarray(1) }) : failure('bad_kind');
}

/** Makes the envelope of one body. */
export function makeEnvelope(kind: Kind, body: Uint8Array): Uint8Array {
  const envelope = new Uint8Array(1 + body.byteLength);
  envelope[0] = kind;
  envelope.set(body, 1);
  return envelope;
}
