import { maxPayloadBytes } from '../shared/bundle.ts';

/** A packet's stamp (shared/bundle.ts) in numbers that can be written. All are whole. */
export interface Stamp {
  /** 0 to 255. */
  stream: number;
  /** The programme segment it was rendered for; unsigned, 32 bits. */
  epoch: number;
  /** Counts packets of one stream and epoch, from 0; unsigned, 32 bits. */
  sequence: number;
  /** Media frame at which the first decoded frame must be heard. */
  media: number;
  /** The programme frame which that first decoded frame carries. */
  programme: number;
}

/** A stamp of zeros, to be filled. Real-time: no, it allocates. */
export function makeStamp(): Stamp {
  return { stream: 0, epoch: 0, sequence: 0, media: 0, programme: 0 };
}

/** Copies field by field. Real-time: yes. */
export function copyStamp(from: Readonly<Stamp>, to: Stamp): void {
  to.stream = from.stream;
  to.epoch = from.epoch;
  to.sequence = from.sequence;
  to.media = from.media;
  to.programme = from.programme;
}

/**
 * Room for one packet by value: stamps and one 20 ms Opus frame.
 * Thread: one owner. Real-time: everything but the constructor.
 */
export class PacketSlot {
  readonly stamp: Stamp = makeStamp();
  /** Shape [maxPayloadBytes]; the first `size` bytes are in use. */
  readonly payload = new Uint8Array(maxPayloadBytes);
  /** Bytes that came. More than maxPayloadBytes: none was copied, and no buffer takes it. */
  size = 0;

  /** Copies a packet in. */
  put(stamp: Readonly<Stamp>, payload: Uint8Array): void {
    copyStamp(stamp, this.stamp);
    this.size = payload.length;
    if (payload.length <= maxPayloadBytes) {
      this.payload.set(payload);
    }
  }

  /** Takes over another slot's packet. */
  copyFrom(other: PacketSlot): void {
    copyStamp(other.stamp, this.stamp);
    this.size = other.size;
    this.payload.set(other.payload);
  }
}
