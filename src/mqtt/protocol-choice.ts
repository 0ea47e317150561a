// Which protocol version the next attempt speaks: 5 first, 3.1.1 for servers that do not know it. Pure.

export type Protocol = "5" | "3.1.1";

/** What attempts so far showed about the server. */
export interface ProtocolMemory {
  /** It accepted MQTT 5 once: from then on only its own words count as a refusal. */
  readonly accepted5: boolean;
  /** It said that it does not speak MQTT 5. */
  readonly refused5: boolean;
  /** It closed the last attempt at MQTT 5 without a word, as very old servers do, and as any server does that is going down. */
  readonly hungUpOn5: boolean;
}

export const NOTHING_KNOWN: ProtocolMemory = { accepted5: false, refused5: false, hungUpOn5: false };

/** How an attempt ended, as far as the version may be the cause. */
export type AttemptEnd = "accepted" | "refused-version" | "hung-up" | "other";

export function chooseProtocol(setting: "auto" | Protocol, memory: ProtocolMemory): Protocol {
  if (setting !== "auto") return setting;
  return memory.refused5 || memory.hungUpOn5 ? "3.1.1" : "5";
}

/** What is remembered after an attempt. A server that only hung up is asked for 5 again next time: it may have been starting. */
export function remember(memory: ProtocolMemory, tried: Protocol, end: AttemptEnd): ProtocolMemory {
  if (tried === "3.1.1") {
    // Refused in both versions: whatever it was, it was not the version alone.
    return end === "refused-version" ? NOTHING_KNOWN : { ...memory, hungUpOn5: false };
  }
  switch (end) {
    case "accepted":
      return { accepted5: true, refused5: false, hungUpOn5: false };
    case "refused-version":
      return { accepted5: false, refused5: true, hungUpOn5: false };
    case "hung-up":
      return { ...memory, hungUpOn5: !memory.accepted5 };
    case "other":
      return memory;
  }
}
