// From our settings to those of the client library, for one attempt. Reads the TLS files each time: certificates are renewed
// while a daemon runs.

import { readFile } from "node:fs/promises";
import type { IClientOptions } from "mqtt";
import { fail, ok, type Result } from "../base/result.js";
import { type Trouble, thrownText } from "../base/trouble.js";
import type { OutgoingMessage } from "../contract/message.js";
import type { Peer } from "./connect-trouble.js";
import type { Protocol } from "./protocol-choice.js";

export interface MqttSettings {
  /** mqtt, mqtts, ws or wss; may hold user and password, which `username` and `password` win over. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Paths of PEM files. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Stable: a broker ends the older connection of an id when a newer one comes. */
  readonly clientId: string;
  readonly protocol: "auto" | Protocol;
  readonly keepaliveMs: number;
  /** What the broker says when this client is lost. */
  readonly will?: OutgoingMessage;
}

/** Where to connect, taken apart. */
export interface Address {
  readonly protocol: "mqtt" | "mqtts" | "ws" | "wss";
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  /** Of a WebSocket; empty for TCP. */
  readonly path: string;
  readonly peer: Peer;
  readonly password: string | null;
}

const DEFAULT_PORTS = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;
/** Other names for the same. */
const SCHEMES: Readonly<Record<string, Address["protocol"]>> = {
  "mqtt:": "mqtt",
  "tcp:": "mqtt",
  "mqtts:": "mqtts",
  "ssl:": "mqtts",
  "tls:": "mqtts",
  "ws:": "ws",
  "wss:": "wss",
};

/**
 * The largest packet that an MQTT 5 broker may send us. It holds a whole packet in memory before we see it; 64 MiB leaves a frame of any
 * camera through (and far more than `max_bytes` by default, so that a frame too large is seen and counted), and a small board alive.
 */
const MAX_PACKET_BYTES = 64 * 1024 * 1024;
/** Messages with QoS 1 that the broker may send before we acknowledge: we do so at once, so few are enough. */
const RECEIVE_MAXIMUM = 64;

/** Takes the address apart. Its trouble never shows the text of the URL, which may hold a password. */
export function addressOf(settings: MqttSettings): Result<Address> {
  const url = URL.canParse(settings.url) ? new URL(settings.url) : null;
  const protocol = url === null ? undefined : SCHEMES[url.protocol];
  if (url === null || protocol === undefined || url.hostname === "") {
    return fail(addressTrouble("it is not the address of a broker", "write mqtt://host:port; also mqtts, ws, wss"));
  }
  const tls = protocol === "mqtts" || protocol === "wss";
  if (!tls && (settings.ca ?? settings.cert ?? settings.key) !== undefined) {
    const secure = protocol === "ws" ? "wss" : "mqtts";
    // Else the password would go out in the clear although a CA is given.
    return fail(addressTrouble(`ca, cert or key are given, but ${protocol}:// is not encrypted`, `write ${secure}://`));
  }
  const username = settings.username ?? (url.username === "" ? null : decoded(url.username));
  const password = settings.password ?? (url.password === "" ? null : decoded(url.password));
  if (password !== null && username === null) {
    return fail(addressTrouble("a password is given, but no user name", "set mqtt.username"));
  }
  const port = url.port === "" ? DEFAULT_PORTS[protocol] : Number(url.port);
  const path = protocol === "ws" || protocol === "wss" ? `${url.pathname}${url.search}` : "";
  const peer = { where: `${protocol}://${url.hostname}:${port}`, username };
  // An IPv6 address stands in brackets in a URL and without them everywhere else.
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return ok({ protocol, tls, host, port, path, peer, password });
}

/** @param connectTimeoutMs from the first packet of TCP to the broker's CONNACK */
export async function clientOptions(
  settings: MqttSettings,
  address: Address,
  protocol: Protocol,
  connectTimeoutMs: number,
): Promise<Result<IClientOptions>> {
  const files = await readTlsFiles(settings);
  if (!files.ok) return files;
  const { will } = settings;
  return ok({
    ...files.value,
    protocol: address.protocol,
    host: address.host,
    port: address.port,
    ...(address.path === "" ? {} : { path: address.path }),
    ...(address.peer.username === null ? {} : { username: address.peer.username }),
    ...(address.password === null ? {} : { password: address.password }),
    clientId: settings.clientId,
    clean: true,
    // Whole seconds on the wire; 0 would switch it off.
    keepalive: Math.max(1, Math.round(settings.keepaliveMs / 1000)),
    connectTimeout: connectTimeoutMs,
    protocolVersion: protocol === "5" ? 5 : 4,
    ...(protocol === "5"
      ? { properties: { receiveMaximum: RECEIVE_MAXIMUM, maximumPacketSize: MAX_PACKET_BYTES } }
      : {}),
    ...(will === undefined
      ? {}
      : { will: { topic: will.topic, payload: asBuffer(will.payload), qos: will.qos, retain: will.retain } }),
    // Each connection is a client of its own: what the library would keep, queue, resend and resubscribe is ours to decide.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // Its debug lines hold passwords and payloads.
    log: () => {},
  });
}

/** The same bytes, as the library wants them. */
export function asBuffer(payload: string | Uint8Array): Buffer {
  if (typeof payload === "string") return Buffer.from(payload);
  return Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}

async function readTlsFiles(settings: MqttSettings): Promise<Result<Pick<IClientOptions, "ca" | "cert" | "key">>> {
  const files: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {};
  for (const name of ["ca", "cert", "key"] as const) {
    const path = settings[name];
    if (path === undefined) continue;
    try {
      files[name] = await readFile(path);
    } catch (thrown) {
      return fail({
        code: "mqtt-tls-files",
        where: path,
        what: `mqtt.${name} cannot be read: ${thrownText(thrown)}`,
        remedy: "mend the path, or let the user that runs isotherm read the file",
      });
    }
  }
  return ok(files);
}

function addressTrouble(what: string, remedy: string): Trouble {
  return { code: "mqtt-url", where: "mqtt.url", what, remedy };
}

/** Percent signs that encode nothing are meant as they stand. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
