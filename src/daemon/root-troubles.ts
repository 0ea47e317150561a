// Troubles that concern the daemon as a whole, in words.

import type { Trouble } from "../base/trouble.js";

/** Many as one, for an alert and an answer: the log has them all. */
export function rejected(troubles: readonly Trouble[]): Trouble {
  const [first] = troubles;
  if (first === undefined) throw new Error("a refused configuration says why");
  return troubles.length === 1 ? first : { ...first, what: `${first.what} (and ${troubles.length - 1} more)` };
}

export function ending(): Trouble {
  return { code: "ending", where: "isotherm", what: "the daemon is ending", remedy: "start it again" };
}

export function tooManyChanges(most: number): Trouble {
  return {
    code: "too-many-changes",
    where: "engine",
    what: `${most} changes of the engine are waiting already`,
    remedy: "wait for their answers",
  };
}

/** Answers are the same; a frame costs two to four times as much before its run. */
export function slowKernels(missing: string): Trouble {
  return {
    code: "native-kernels-missing",
    where: "engine",
    what: `frames take their slower way: ${missing}`,
    remedy: "apt-get install g++ make python3 libturbojpeg0-dev, then `npm run install` in the installation",
  };
}
