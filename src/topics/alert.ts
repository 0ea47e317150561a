// `alert/<id>`: retained while the trouble lasts, taken away when it is over.

import type { OutgoingMessage } from "../contract/message.js";
import type { AlertDocument } from "../contract/states.js";
import type { Topics } from "./address.js";
import { lastingState, withdrawn } from "./form.js";

export function alertMessage(topics: Topics, document: AlertDocument): OutgoingMessage {
  return lastingState(topics.alert(document.id), document);
}

export function alertClearedMessage(topics: Topics, id: string): OutgoingMessage {
  return withdrawn(topics.alert(id));
}
