import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { INSTALLATION, versionText } from "../../src/system/paths.js";
import { REPOSITORY } from "../support/shared-data.js";

t.test("the installation is found from wherever the compiler put the code", async (t) => {
  t.equal(INSTALLATION, REPOSITORY);
  const manifest: { version: string } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
  t.equal(versionText(), manifest.version);
});
