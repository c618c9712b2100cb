// The line from the listener's clock to the media clock, as in common/sync/clock_model.hpp.
import {
  localInstant,
  mediaInstant,
  roundAway,
  type LocalInstant,
  type MediaInstant,
} from './time.ts';

/** One exchange: the listener sent at t1 and received at t4 (its clock); the server received at t2
 * and sent at t3 (media clock). */
export interface ClockSample {
  readonly t1: LocalInstant;
  readonly t2: MediaInstant;
  readonly t3: MediaInstant;
  readonly t4: LocalInstant;
}

/** The line that maps the listener's clock to the media clock, and how far it can be trusted. A
 * value: it may be handed to other threads. */
export interface ClockModel {
  readonly localReference: LocalInstant;
  readonly mediaReference: MediaInstant;
  /** Media seconds gained per local second, minus 1 (50 ppm = 5e-5). */
  readonly skew: number;
  /** 99 % of errors of the fit are smaller. */
  readonly fitBoundNs: number;
  /** Half the least round trip: what asymmetry may hide. */
  readonly pathBoundNs: number;
  /** 99 % of errors of the skew are smaller. */
  readonly skewBound: number;
  /** When it was usable first, or first again after a restart. */
  readonly since: LocalInstant;
  readonly valid: boolean;
}

/** The model of who knows nothing yet. */
export const noClockModel: ClockModel = {
  localReference: localInstant(0),
  mediaReference: mediaInstant(0),
  skew: 0,
  fitBoundNs: 0,
  pathBoundNs: 0,
  skewBound: 0,
  since: localInstant(0),
  valid: false,
};

/** What the media clock reads at an instant of the listener's. */
export function toMedia(model: ClockModel, local: LocalInstant): MediaInstant {
  const past = local - model.localReference;
  return mediaInstant(model.mediaReference + roundAway(past + past * model.skew));
}

/** What the listener's clock reads at an instant of the media clock. */
export function toLocal(model: ClockModel, media: MediaInstant): LocalInstant {
  const past = media - model.mediaReference;
  return localInstant(model.localReference + roundAway(past / (1 + model.skew)));
}
