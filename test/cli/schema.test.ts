// `isotherm schema`: what a person at a terminal and an editor get.

import t from "tap";
import { PAYLOAD_SCHEMAS } from "../../src/topics/payload-schemas.js";
import { runIsotherm } from "../support/isotherm.js";

t.test("schemas of the configuration, of packages and of every payload are printed as JSON Schema", async (t) => {
  const names = Object.keys(PAYLOAD_SCHEMAS);
  const runs = [["config"], ["package"], ["payload", names[0] ?? ""], ["payload", names.at(-1) ?? ""]];
  for (const args of runs) {
    const { code, stdout } = await runIsotherm(["schema", ...args]);
    t.equal(code, 0);
    t.match(JSON.parse(stdout), { $schema: "http://json-schema.org/draft-07/schema#", title: /./ }, args.join(" "));
  }
});

t.test("without a name it lists them, and a wrong name is wrong usage with the nearest right one", async (t) => {
  const { code, stdout } = await runIsotherm(["schema", "list", "--json"]);
  t.equal(code, 0);
  const list = JSON.parse(stdout) as { payloads: { name: string }[] };
  t.strictSame(
    list.payloads.map((payload) => payload.name),
    Object.keys(PAYLOAD_SCHEMAS),
  );
  t.match((await runIsotherm(["schema"])).stdout, /payload result/);
  t.match(await runIsotherm(["schema", "resutl"]), { code: 2, stderr: /did you mean "result"\?/ }, "the short form");
  t.match(await runIsotherm(["schema", "payload", "resutl"]), { code: 2, stderr: /did you mean "result"\?/ });
});
