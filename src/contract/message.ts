// A message to or from a broker, without the broker: what topics describe, mqtt carries and the daemon joins.

/** What to publish. */
export interface OutgoingMessage {
  readonly topic: string;
  /** Text is UTF-8; a Buffer is a picture. */
  readonly payload: string | Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** MQTT 5 only; dropped on 3.1.1. */
  readonly correlationData?: Uint8Array | undefined;
  /** MQTT 5 message expiry, seconds. */
  readonly expiryS?: number | undefined;
}

/** What arrived. */
export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retained: boolean;
  readonly responseTopic: string | null;
  readonly correlationData: Uint8Array | null;
  /** MQTT 5 user properties; the first value where a name came twice. */
  readonly userProperties: Readonly<Record<string, string>>;
}
