// Section `mqtt`: the broker.

import { z } from "zod";
import { Text } from "./names.js";
import { duration } from "./quantity.js";

const SCHEMES: readonly string[] = ["mqtt:", "mqtts:", "ws:", "wss:"];

/** `mqtt://host:port`. A password in it would be logged by everything that logs an address. */
const BrokerUrl = z
  .string()
  .meta({ title: "an address such as mqtt://broker:1883, with mqtt, mqtts, ws or wss" })
  .superRefine((text, context) => {
    const reject = (what: string, remedy: string): void => {
      context.addIssue({ code: "custom", message: what, params: { remedy } });
    };
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !SCHEMES.includes(url.protocol) || url.hostname === "") {
      reject("what is written there is no address of a broker", "write mqtt://HOST:1883, or mqtts, ws, wss");
    } else if (url.username !== "" || url.password !== "") {
      reject("an address with a user in it ends up in logs", "use the keys username and password, with !secret");
    }
  });

/** A retained topic below it is one segment of a path: no wildcard, no slash at its ends. */
const BaseTopic = z
  .string()
  .regex(
    /^[^/+#$\s\0][^+#\s\0]{0,126}[^/+#\s\0]$|^[^/+#$\s\0]$/u,
    "a topic without +, #, spaces, a leading $ and slashes at its ends",
  );

export const MqttSection = z
  .strictObject({
    url: BrokerUrl.meta({
      description: "address of the broker; mqtts and wss are TLS",
      examples: ["mqtt://localhost:1883"],
    }),
    username: Text.optional().meta({ description: "user at the broker; default: none", examples: ["isotherm"] }),
    password: z
      .string()
      .max(65_535)
      .optional()
      .meta({
        writeOnly: true,
        description: "its password; default: none; keep it out of this file with !secret NAME or !env NAME",
        examples: ["a password"],
      }),
    ca: Text.optional().meta({
      description: "file of the authority that signed the broker's certificate; default: the system's",
      examples: ["ca.pem"],
    }),
    cert: Text.optional().meta({
      description: "file of the client certificate, with `key`; default: none",
      examples: ["client.pem"],
    }),
    key: Text.optional().meta({
      description: "file of the client certificate's private key; default: none",
      examples: ["client-key.pem"],
    }),
    client_id: Text.optional().meta({
      description: "name of the connection, unique at the broker; default: isotherm-<node id>",
      examples: ["isotherm-workshop"],
    }),
    base_topic: BaseTopic.default("isotherm").describe("all topics of this node begin with it and the node's id"),
    protocol: z
      // Unquoted, YAML reads 5 as a number.
      .union([z.enum(["auto", "5", "3.1.1"]), z.literal(5)])
      .transform((version) => (version === 5 ? ("5" as const) : version))
      .prefault("auto")
      .describe("MQTT version; auto tries 5 first"),
    keepalive: duration({ atLeast: "5s", atMost: "1h" })
      .prefault("30s")
      .describe("longest silence before the broker holds this node for lost"),
  })
  .describe("the broker; file names are relative to this file");
