// Text that came from outside the document (an environment variable, a secret) as the type that its key wants.

import type { z } from "zod";
import { compose } from "./compose.js";
import { isTextOnly } from "./schema-shape.js";

/**
 * Where only text fits, the text as it is: a password of `1234` or `true` stays one. Else what YAML makes of it: `5` a number,
 * `[a, b]` a list. What is no YAML stays text, and the schema says what is wrong with it.
 */
export function typedText(text: string, forms: readonly z.core.$ZodTypes[]): unknown {
  if (isTextOnly(forms)) return text;
  const composed = compose(text, "", {});
  return composed.findings.length > 0 ? text : composed.value;
}
