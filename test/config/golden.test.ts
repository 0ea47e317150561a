// Broken configurations and what is said about each (test/golden/config: <case>.yaml beside <case>.troubles.txt, rewritten by
// ISOTHERM_UPDATE_GOLDEN=1, and the diff is read). The messages are the user's first meeting with Isotherm.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { troubleLine } from "../../src/base/trouble.js";
import { loadConfig } from "../../src/config/load.js";
import { REPOSITORY } from "../support/shared-data.js";

const GOLDEN = join(REPOSITORY, "test", "golden", "config");

const CASES = readdirSync(GOLDEN)
  .filter((name) => name.endsWith(".yaml") && name !== "secrets.yaml")
  .map((name) => name.slice(0, -".yaml".length));

for (const name of CASES) {
  t.test(`what is said about ${name}`, async (t) => {
    const loaded = await loadConfig(join(GOLDEN, `${name}.yaml`), {});
    const troubles = loaded.ok ? [] : loaded.troubles;
    // Without the folder: it differs from clone to clone.
    const text = troubles.map((trouble) => `${troubleLine(trouble)}\n`.replaceAll(`${GOLDEN}/`, "")).join("");
    const path = join(GOLDEN, `${name}.troubles.txt`);
    if (process.env.ISOTHERM_UPDATE_GOLDEN === "1") writeFileSync(path, text);
    t.equal(text, readFileSync(path, "utf8"));
    t.not(text, "", "a golden case is a broken one");
  });
}
