// Looks in a lock file for packages that do not run on a version of Node.
import semver from 'semver';

/** @typedef {{ version?: string, engines?: { node?: string } }} Entry */

/** The oldest Node that must do: before Debian 12's. */
export const oldestNode = '18.20.0';

/**
 * The packages of a lock file that do not say they run on a version of Node, a line each. A package
 * that says nothing about Node counts as one that runs.
 * @param {unknown} lock     Parsed package-lock.json, version 2 or 3.
 * @param {string} version   Of Node, major.minor.patch.
 * @returns {string[]}       "NAME VERSION wants node RANGE"; empty: all run.
 */
export function refusals(lock, version) {
  const { packages } = /** @type {{ packages?: Record<string, Entry> }} */ (lock);
  if (packages === undefined) {
    return ['no packages: not a lock file of version 2 or 3'];
  }
  return Object.entries(packages).flatMap(([path, entry]) => {
    const range = entry.engines?.node;
    return range === undefined || semver.satisfies(version, range)
      ? []
      : [`${path || '(root)'} ${entry.version ?? ''} wants node ${range}`];
  });
}
