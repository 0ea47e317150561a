import t from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { PACKAGE_SETTINGS } from "../../src/contract/variant.js";
import { resultDocument } from "../../src/daemon/result-document.js";
import { frame, spec } from "./parts.js";

const variant = spec("int8");
const work = { frame: frame("porch", 7, 1000), pipeline: "light", key: variant.key, settings: PACKAGE_SETTINGS };
const answered = {
  answer: { classes: [{ label: "dark", class_id: 0, score: 0.75 }] },
  width: 640,
  height: 480,
  timing: { decode: 4.123456, preprocess: 0.5, inference: 20, postprocess: 0 },
};

t.test("the document holds to its schema, and its times are the frame's own from arrival to answer", async (t) => {
  const facts = { node: "test", spec: variant, report: null, degraded: null, tookAtMs: 1002.5, answeredAtMs: 1030.123 };
  const document = resultDocument(work, answered, facts);
  t.same(ResultDocument.parse(document), document);
  t.match(document, { input: "porch", pipeline: "light", seq: 7, frame: { width: 640, bytes: 7 } });
  t.match(document.model, { name: "light", version: "1.0.0", variant: "int8", degraded: null });
  t.match(document.timing_ms, { queue: 2.5, decode: 4.12, total: 30.12 });
  t.same(Object.keys(document).slice(-2), ["timing_ms", "classes"], "the answer last, as people read it");
});

t.test("a provider that stood in is named, with why the answer is less than asked for", async (t) => {
  const report = { provider: "cuda" } as Parameters<typeof resultDocument>[2]["report"];
  const facts = { node: "test", spec: variant, report, tookAtMs: 0, answeredAtMs: 0 };
  const { model } = resultDocument(work, answered, { ...facts, degraded: "provider-fallback" });
  t.match(model, { provider: "cuda", degraded: "provider-fallback" });
});
