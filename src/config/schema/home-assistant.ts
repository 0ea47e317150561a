// Section `home_assistant`: discovery.

import { z } from "zod";
import { Text } from "./names.js";

export const HomeAssistantSection = z
  .strictObject({
    discovery: z.boolean().default(true).describe("announce this node's entities to Home Assistant"),
    prefix: Text.regex(/^[^+#\s]+$/, "a topic without +, # and spaces")
      .default("homeassistant")
      .describe("the discovery prefix that Home Assistant's MQTT integration is set to"),
  })
  .prefault({})
  .describe("Home Assistant's MQTT discovery");
