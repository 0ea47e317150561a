// `pipeline/<pipeline>/state`. What comes in at `pipeline/<pipeline>/set/…` is in commands.ts.

import type { OutgoingMessage } from "../contract/message.js";
import type { PipelineStateDocument } from "../contract/states.js";
import type { Topics } from "./address.js";
import { liveState } from "./form.js";

export function pipelineStateMessage(topics: Topics, document: PipelineStateDocument): OutgoingMessage {
  return liveState(topics.pipelineState(document.pipeline), document);
}
