// From the configuration to what a connection needs. The daemon and the commands that ask it differ in id and will only.

import { randomBytes } from "node:crypto";
import type { Config } from "../config/schema/config.js";
import type { MqttSettings } from "../mqtt/connection.js";
import type { Topics } from "../topics/address.js";
import { statusMessage } from "../topics/node.js";

/** The daemon's: a stable id, so that the broker drops an older connection of the same node; `offline` as its will. */
export function daemonMqttSettings(config: Config, topics: Topics): MqttSettings {
  const { mqtt, node } = config;
  return {
    ...common(config),
    clientId: mqtt.client_id ?? `isotherm-${node.id}`,
    will: statusMessage(topics, "offline"),
  };
}

/** A command's: an id of its own, so that it never takes the daemon's place, and no will, since it speaks for nobody. */
export function commandMqttSettings(config: Config): MqttSettings {
  return { ...common(config), clientId: `isotherm-cli-${randomBytes(6).toString("hex")}` };
}

function common({ mqtt }: Config): Omit<MqttSettings, "clientId" | "will"> {
  const { url, username, password, ca, cert, key, protocol } = mqtt;
  const optional = { username, password, ca, cert, key };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return { url, protocol, keepaliveMs: mqtt.keepalive, ...given };
}
