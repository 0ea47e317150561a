// What the daemon keeps besides events: the operator's choices, and frames that killed an engine.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import {
  ChoicesWriter,
  NO_CHOICE,
  type OperatorChoice,
  readOperatorChoices,
} from "../../src/daemon/operator-choices.js";
import { setAside } from "../../src/daemon/set-aside.js";
import { frame } from "./parts.js";

t.test("choices come back as they were last, however many were written at once", async (t) => {
  const directory = join(t.testdir(), "data");
  const writer = new ChoicesWriter(directory);
  const choices = new Map<string, OperatorChoice>();
  const writes = Array.from({ length: 20 }, (_, i) => {
    choices.set("light", { ...NO_CHOICE, min_score: i / 100 });
    return writer.write(choices);
  });
  for (const written of await Promise.all(writes)) t.ok(written.ok);
  choices.set("dark", { variant: "flat", enabled: false, min_score: null });
  await writer.write(choices);
  t.same(await readOperatorChoices(directory), choices);
  t.same(readdirSync(directory), ["operator.json"], "no temporary file is left");
});

t.test("a file that is missing, damaged or of another form is no choice", async (t) => {
  for (const text of [null, "", "{", "[]", '{"schema":"isotherm.operator/1","pipelines":{"a":{"min_score":7}}}']) {
    const directory = t.testdir();
    if (text !== null) writeFileSync(join(directory, "operator.json"), text);
    t.same(await readOperatorChoices(directory), new Map(), String(text));
  }
});

t.test("a folder that can't be written is a trouble with a remedy", async (t) => {
  const at = join(t.testdir({ file: "no folder" }), "file");
  const written = await new ChoicesWriter(at).write(new Map());
  t.match(written, { ok: false, trouble: { remedy: /\w/ } });
  t.match(await setAside(at, frame("cam", 1), about), { ok: false });
});

const about = { pipeline: "light", end: "crash", detail: "SIGSEGV" };

t.test("frames set aside lie beside a note, and the oldest make room for new ones", async (t) => {
  const directory = t.testdir();
  const folder = join(directory, "set-aside");
  for (let second = 0; second < 24; second++) {
    const receivedAt = `2026-01-02T03:04:${String(second).padStart(2, "0")}.000Z`;
    const kept = await setAside(directory, { ...frame("cam", second), receivedAt }, about);
    if (!kept.ok) throw new Error(kept.trouble.what);
    // A picture whose note did not fit on the disk counts too.
    if (second === 0) writeFileSync(join(folder, "2026-01-02T03-04-00-000Z-alone.jpeg"), "x");
  }
  const files = readdirSync(folder);
  t.equal(files.length, 40, "twenty pictures and their notes");
  t.notOk(files.some((name) => name.includes("alone")));
  t.ok(
    files.every((name) => name > "2026-01-02T03-04-04"),
    "the newest",
  );
  const note = files.find((name) => name.endsWith(".json")) ?? "";
  t.match(JSON.parse(readFileSync(join(folder, note), "utf8")), { input: "cam", pipeline: "light", end: "crash" });
});
