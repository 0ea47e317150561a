// What the board calls itself: the device tree on ARM, the firmware's tables on a PC.

import { join } from "node:path";
import { readText } from "./read-text.js";

/** In order; the first that says something wins. */
const PLACES = ["proc/device-tree/model", "sys/firmware/devicetree/base/model", "sys/class/dmi/id/product_name"];
/** What makers leave in the tables when they forget to fill them in. */
const BLANKS = /^(to be filled by o\.?e\.?m\.?|system product name|default string|not specified|none)$/i;

export async function boardModel(root: string): Promise<string | null> {
  for (const place of PLACES) {
    const text = await readText(join(root, place));
    if (text !== null && !BLANKS.test(text)) return text.replace(/\s+/g, " ");
  }
  return null;
}
