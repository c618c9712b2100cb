/**
 * An element that is there. Real-time: yes.
 * @throws RangeError  if it is not: a mistake of the caller's, never one of data.
 */
export function elementAt<T extends object>(array: readonly T[], index: number): T {
  const element = array[index];
  if (element === undefined) {
    throw new RangeError('no such element');
  }
  return element;
}
