// The data directory belongs to one daemon: two would send each other's events and take each other's choices away. Two nodes that
// one user starts on one machine share the default.

import { fail, ok, type Result } from "../base/result.js";
import { claimFolder, type SoleUse } from "../system/sole-use.js";

/** No mistake of the configuration's where the other one is only slow to end: started again, it goes. */
export const DATA_DIRECTORY_IN_USE = "data-dir-in-use";

export async function claimDataDirectory(directory: string): Promise<Result<SoleUse>> {
  const claimed = await claimFolder(directory);
  if (claimed !== null) return ok(claimed);
  return fail({
    code: DATA_DIRECTORY_IN_USE,
    where: "node.data_dir",
    what: `another isotherm works in ${directory}`,
    remedy: "end it, or give this one a data_dir of its own",
  });
}
