// Names that become parts of topics and of file names.

import { z } from "zod";

/** Of inputs and pipelines: lower case, since Home Assistant's ids are; nothing that means something in a topic or a path. */
export const Name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    "a name of 1 to 64 of a-z, 0-9, dash and underscore that starts with a letter or digit",
  );

/** Text that a person reads, or one level of a topic: never empty. */
export const Text = z.string().min(1).max(256);
