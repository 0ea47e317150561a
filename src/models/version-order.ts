// Which of two versions is the higher one: the order of semver.org, 2.0.0, section 11. Pure.

/** Negative where `a` comes before `b`. Versions are as the manifest's schema lets them through; build metadata does not count. */
export function compareVersions(a: string, b: string): number {
  const [coreA, preA] = split(a);
  const [coreB, preB] = split(b);
  const byCore = compareParts(coreA, coreB);
  if (byCore !== 0) return byCore;
  // 1.2.0-rc.1 comes before 1.2.0.
  if (preA.length === 0 || preB.length === 0) return preB.length - preA.length;
  return compareParts(preA, preB);
}

/** Highest first. */
export function newestFirst(versions: readonly string[]): string[] {
  return [...versions].sort((a, b) => compareVersions(b, a));
}

function split(version: string): [core: string[], preRelease: string[]] {
  const withoutBuild = version.split("+")[0] ?? version;
  const dash = withoutBuild.indexOf("-");
  return dash < 0
    ? [withoutBuild.split("."), []]
    : [withoutBuild.slice(0, dash).split("."), withoutBuild.slice(dash + 1).split(".")];
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    // More parts make a pre-release the later one.
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const order = comparePart(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers by value and before words, words by their letters. */
function comparePart(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber && bIsNumber) return Number(a) - Number(b);
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
