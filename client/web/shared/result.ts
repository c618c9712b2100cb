/** Why bytes from outside were refused: words of common/base/errc.hpp. */
export type Errc = 'truncated' | 'bad_value' | 'bad_kind' | 'payload_too_large';

/** A value, or why there is none; for what is expected to fail. Nothing here throws. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Errc };

/** The result that holds a value. */
export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** The result that holds none. */
export function failure(error: Errc): { readonly ok: false; readonly error: Errc } {
  return { ok: false, error };
}
