// Section `node`: who this is.

import { z } from "zod";
import { Name } from "./names.js";

export const NodeSection = z
  .strictObject({
    id: Name.optional().describe("name in topics and in unique ids, so keep it for ever; default: the host name"),
    name: z.string().min(1).max(64).optional().describe("name for people, as hubs show it; default: the id"),
    data_dir: z
      .string()
      .min(1)
      .optional()
      .describe(
        "models, profiles, unsent events; default: systemd's state directory, else /var/lib/isotherm where this file is below /etc, else ~/.local/state/isotherm",
      ),
  })
  .prefault({})
  .describe("who this is");
