// Why there is no connection, in words that tell an installer what to mend: from errors of the socket, of TLS and of MQTT. Pure.
// Never holds a password; the address comes in without one.

import { type Trouble, thrownText } from "../base/trouble.js";

/** Who was asked, as it may be shown. */
export interface Peer {
  /** `mqtt://host:port`, without user and password. */
  readonly where: string;
  readonly username: string | null;
}

type Words = Pick<Trouble, "code" | "what" | "remedy">;

/** Reason codes of MQTT 5 (2.4) and return codes of 3.1.1 (3.2.2.3) that a person can do something about. */
function refusalWords(code: number, username: string | null): Words | null {
  const user = username === null ? "a client without a user name" : `user "${username}"`;
  switch (code) {
    case 1:
    case 0x84:
      return {
        code: "mqtt-version",
        what: "the broker does not speak this version of MQTT",
        remedy: "set mqtt.protocol to auto",
      };
    case 2:
    case 0x85:
      return {
        code: "mqtt-client-id",
        what: "the broker refuses the client id",
        remedy: "set mqtt.client_id to one that it allows",
      };
    case 4:
    case 0x86:
    case 0x8c:
      return {
        code: "mqtt-password",
        what: `the broker refuses ${user}: wrong user name or password`,
        remedy: "mend mqtt.username and mqtt.password, or add the user at the broker",
      };
    case 5:
    case 0x87:
      // mosquitto answers a wrong password with this code too.
      return {
        code: "mqtt-password",
        what: `the broker refuses ${user}: not authorised`,
        remedy: "mend mqtt.username and mqtt.password, or allow the user at the broker",
      };
    case 3:
    case 0x88:
    case 0x89:
    case 0x8b:
      return {
        code: "mqtt-busy",
        what: "the broker is busy or shutting down",
        remedy: "nothing to do: it is tried again",
      };
    case 0x8e:
      return {
        code: "mqtt-taken-over",
        what: "another client connected with the same client id",
        remedy: "give each node its own node.id, or set mqtt.client_id",
      };
    case 0x95:
      return {
        code: "mqtt-too-large",
        what: "the broker found a packet too large",
        remedy: "raise max_packet_size at the broker",
      };
    case 0x9a:
    case 0x9b:
      return {
        code: "mqtt-no-retain",
        what: "the broker does not take retained messages with QoS 1, which the node's status needs",
        remedy: "allow retained messages and QoS 1 at the broker",
      };
    default:
      return null;
  }
}

const UNTRUSTED: Words = {
  code: "mqtt-tls-untrusted",
  what: "the broker's certificate is not signed by a CA that is trusted here",
  remedy: "set mqtt.ca to the certificate of the CA that signed it",
};
const CLIENT_CERTIFICATE: Words = {
  code: "mqtt-tls-client",
  what: "the broker does not accept the client certificate, or got none",
  remedy: "set mqtt.cert and mqtt.key to a certificate that the broker's CA signed",
};
const PLAIN: Words = {
  code: "mqtt-tls-none",
  what: "the broker does not speak TLS on this port",
  remedy: "use mqtt:// here, or the broker's TLS port (often 8883)",
};
const UNREACHABLE: Words = {
  code: "mqtt-unreachable",
  what: "nobody answers at this address",
  remedy: "start the broker, or mend mqtt.url (host, port, firewall)",
};
const UNKNOWN_HOST: Words = {
  code: "mqtt-unknown-host",
  what: "there is no such host",
  remedy: "mend the host in mqtt.url, or the name resolution of this machine",
};
const LOST: Words = {
  code: "mqtt-lost",
  what: "the connection broke",
  // mosquitto 2.0.11 (Debian 12) closes without a word when a second client takes the name: a copied SD card looks like this.
  remedy:
    "nothing to do: it is made again; if it goes on, see that no other node has the same node.id, and look at the network and the broker's log",
};

/** Codes of Node's socket and TLS errors. */
const BY_NODE_CODE: Readonly<Record<string, Words>> = {
  ECONNREFUSED: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  ECONNRESET: LOST,
  EPIPE: LOST,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_HAS_EXPIRED: {
    code: "mqtt-tls-expired",
    what: "the broker's certificate has expired",
    remedy: "renew it at the broker, or set the clock of this machine",
  },
  CERT_NOT_YET_VALID: {
    code: "mqtt-tls-expired",
    what: "the broker's certificate is not valid yet",
    remedy: "set the clock of this machine: boards without a battery start in the past",
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: "mqtt-tls-name",
    what: "the broker's certificate is made out to another name",
    remedy: "use in mqtt.url the name that stands in the certificate",
  },
  ERR_SSL_WRONG_VERSION_NUMBER: PLAIN,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: PLAIN,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: CLIENT_CERTIFICATE,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: CLIENT_CERTIFICATE,
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: {
    code: "mqtt-tls-files",
    what: "mqtt.key does not belong to mqtt.cert",
    remedy: "give the key with which the certificate was asked for",
  },
};

/** mqtt.js gives these no code; they are its own constant texts, each thrown at one place (client.js). */
const BY_LIBRARY_TEXT: Readonly<Record<string, Words>> = {
  "connack timeout": {
    code: "mqtt-silent",
    what: "nothing answered as a broker would",
    remedy: "mend mqtt.url (host, port), look at the firewall, and at what listens there",
  },
  "Keepalive timeout": {
    code: "mqtt-silent",
    what: "the broker stopped answering",
    remedy: "nothing to do: it is tried again; look at the network and at the broker's load",
  },
};

/** The number that the broker gave as its reason, or null. */
export function reasonCode(thrown: unknown): number | null {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
  return typeof code === "number" ? code : null;
}

/** From what the client library threw or emitted. */
export function connectTrouble(peer: Peer, thrown: unknown): Trouble {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  if (typeof code === "number") return reasonTrouble(peer, code);
  const words = (typeof code === "string" ? BY_NODE_CODE[code] : undefined) ?? BY_LIBRARY_TEXT[thrownText(thrown)];
  if (words !== undefined) return { ...words, where: peer.where };
  if (typeof code === "string" && /^ERR_(OSSL|SSL|TLS)/.test(code)) {
    return {
      code: "mqtt-tls",
      where: peer.where,
      what: `TLS failed: ${thrownText(thrown) || code}`,
      remedy: "check mqtt.ca, mqtt.cert and mqtt.key: PEM files, and the broker's own settings",
    };
  }
  if (typeof code === "string") return { ...LOST, where: peer.where, what: thrownText(thrown) || code };
  return {
    code: "mqtt-garbage",
    where: peer.where,
    what: `what came is not MQTT: ${thrownText(thrown)}`,
    remedy: "see what listens there, and its version",
  };
}

/** From a reason code in a CONNACK or DISCONNECT. */
export function reasonTrouble(peer: Peer, code: number): Trouble {
  const words = refusalWords(code, peer.username) ?? {
    code: "mqtt-refused",
    what: `the broker ended it with reason code 0x${code.toString(16).padStart(2, "0")}`,
    remedy: "see the broker's log for this client",
  };
  return { ...words, where: peer.where };
}

/** The connection closed without a word. */
export function closedTrouble(peer: Peer, wasUp: boolean): Trouble {
  if (wasUp) return { ...LOST, where: peer.where };
  return {
    code: "mqtt-hung-up",
    where: peer.where,
    what: "the broker closed the connection without an answer",
    remedy: "see the broker's log: wrong port (TLS or not), client certificate, or a limit of connections",
  };
}
