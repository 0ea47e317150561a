// `input/<input>/status`.

import type { OutgoingMessage } from "../contract/message.js";
import type { InputStatusDocument } from "../contract/states.js";
import type { Topics } from "./address.js";
import { liveState } from "./form.js";

export function inputStatusMessage(topics: Topics, document: InputStatusDocument): OutgoingMessage {
  return liveState(topics.inputStatus(document.input), document);
}
