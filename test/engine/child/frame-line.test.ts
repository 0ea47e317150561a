// The line itself, with variants that do as the test says: order, overlap, and what becomes of stages that throw.

import t from "tap";
import { ok, type Result } from "../../../src/base/result.js";
import { type LoadReport, PACKAGE_SETTINGS, type VariantSpec } from "../../../src/contract/variant.js";
import { FrameLine } from "../../../src/engine/child/frame-line.js";
import type { Decoded, ResidentVariant } from "../../../src/engine/child/resident.js";
import type { Answered, FrameToAnswer, FromEngine } from "../../../src/engine/protocol.js";

const KEY = "tiny@1.0.0:only";
const ANSWER: Answered = {
  answer: { values: [] },
  width: 1,
  height: 1,
  timing: { decode: 0, preprocess: 0, inference: 0, postprocess: 0 },
};

function frame(id: number, key = KEY): FrameToAnswer {
  const payload = Uint8Array.of(id);
  return { type: "frame", id, key, settings: PACKAGE_SETTINGS, encoding: "jpeg", raw: null, payload };
}

/** A line whose only variant tells what it does; `fault` may throw in a stage. */
function lineWith(fault: (stage: "decode" | "finish", id: number) => void = () => {}) {
  const told: string[] = [];
  const decodedIds = new WeakMap<Decoded, number>();
  const stage = (name: "decode" | "finish", id: number) => {
    told.push(`${name} ${id}`);
    fault(name, id);
  };
  const variant: Pick<ResidentVariant, "decode" | "finish"> = {
    decode: async ({ payload }): Promise<Result<Decoded>> => {
      const id = payload[0] ?? 0;
      stage("decode", id);
      // Only its identity matters here: the picture itself is nobody's business but the stages'.
      const decoded = { picture: {}, decodeMs: 0 } as Decoded;
      decodedIds.set(decoded, id);
      return ok(decoded);
    },
    finish: async (decoded): Promise<Result<Answered>> => {
      stage("finish", decodedIds.get(decoded) ?? 0);
      return ok(ANSWER);
    },
  };
  const resident = { ...variant, spec: {} as VariantSpec, report: {} as LoadReport } as ResidentVariant;
  const replies: FromEngine[] = [];
  const line = new FrameLine(new Map([[KEY, resident]]), async (message) => {
    replies.push(message);
    told.push(`reply ${"id" in message ? message.id : ""}`);
  });
  return { line, told, replies };
}

t.test("the next frame decodes before this one runs, and replies keep the order", async (t) => {
  const { line, told } = lineWith();
  line.take(frame(1));
  line.take(frame(2));
  await line.idle();
  t.same(told, ["decode 1", "decode 2", "finish 1", "reply 1", "finish 2", "reply 2"]);
});

t.test("a frame that comes right after a reply is taken up", async (t) => {
  const { line, replies } = lineWith();
  for (let id = 1; id <= 20; id++) {
    line.take(frame(id));
    if (id % 2 === 0) await line.idle();
  }
  await line.idle();
  t.same(
    replies.map((reply) => "id" in reply && [reply.type, reply.id]),
    Array.from({ length: 20 }, (_, i) => ["answered", i + 1]),
  );
});

t.test("a stage that throws refuses its frame and no other", async (t) => {
  for (const broken of ["decode", "finish"]) {
    const { line, replies } = lineWith((stage, id) => {
      if (stage === broken && id === 1) throw new RangeError("off by one");
    });
    line.take(frame(1));
    line.take(frame(2));
    await line.idle();
    t.match(replies, [
      { type: "refused", id: 1, trouble: { code: "frame-failed", what: /off by one/ } },
      { type: "answered", id: 2 },
    ]);
  }
});

t.test("a frame for a variant that is not held, or over the window, is refused in its turn", async (t) => {
  const { line, replies } = lineWith();
  line.take(frame(1));
  line.take(frame(2, "tiny@1.0.0:other"));
  line.take(frame(3));
  await line.idle();
  t.match(replies, [
    { type: "answered", id: 1 },
    { type: "refused", id: 2, trouble: { code: "variant-not-resident" } },
    { type: "refused", id: 3, trouble: { code: "engine-full" } },
  ]);
});
