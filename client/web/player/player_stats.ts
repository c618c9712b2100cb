import type { ErrorQuantiles } from './playout_stats.ts';

/** The player's own account. Counters since construction; errors over the last 2 s. */
export interface PlayerStats {
  packetsReceived: number;
  /** Came after their presentation time. */
  packetsLate: number;
  /** Never came, or too late. */
  packetsLost: number;
  packetsDuplicate: number;
  /** Made by PLC, or silence instead of a packet. */
  framesConcealed: number;
  reanchors: number;
  /** |presentation error|, and its mean with the sign: positive is late. */
  readonly error: ErrorQuantiles;
  correctionPpm: number;
  /** Audio held, from the DAC's position on. */
  bufferMs: number;
  /** Media frame at the DAC. */
  media: number;
  /** Programme frame at the DAC. */
  programme: number;
  epoch: number;
  /** Programme audio leaves, in step. */
  playing: boolean;
}

/** An account of nothing yet. Real-time: no, it allocates. */
export function makePlayerStats(): PlayerStats {
  return {
    packetsReceived: 0,
    packetsLate: 0,
    packetsLost: 0,
    packetsDuplicate: 0,
    framesConcealed: 0,
    reanchors: 0,
    error: { p50Us: 0, p99Us: 0, maxUs: 0, meanUs: 0 },
    correctionPpm: 0,
    bufferMs: 0,
    media: 0,
    programme: 0,
    epoch: 0,
    playing: false,
  };
}
