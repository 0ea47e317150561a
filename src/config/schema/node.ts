// Section `node`: who this is.

import { z } from "zod";
import { Name } from "./names.js";

export const NodeSection = z
  .strictObject({
    id: Name.optional().meta({
      description: "name in topics and in hubs' unique ids, so keep it for ever; default: the host name",
      examples: ["workshop"],
    }),
    name: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: "name for people, as hubs show it; default: the id", examples: ["Workshop board"] }),
    data_dir: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          "models, profiles, unsent events; default: the service's state directory, else /var/lib/isotherm where this file is below /etc, else ~/.local/state/isotherm",
        examples: ["/var/lib/isotherm"],
      }),
  })
  .prefault({})
  .describe("who this is");
