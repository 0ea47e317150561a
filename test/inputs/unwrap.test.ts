// Envelopes and forms, on small payloads, on arbitrary bytes and on the bad files of ../shared/data.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import type { InputEncoding } from "../../src/inputs/unwrap.js";
import { unwrap } from "../../src/inputs/unwrap.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 5, 6]);
const PNG = Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1");
const ENCODINGS: readonly InputEncoding[] = ["auto", "jpeg", "png", "webp", "raw", "json", "base64"];

function open(
  payload: Uint8Array | string,
  encoding: InputEncoding = "auto",
  more: Partial<Parameters<typeof unwrap>[2]> = {},
  said = {},
) {
  const settings = { encoding, raw: null, maxBytes: 1024 * 1024, ...more };
  return unwrap(typeof payload === "string" ? Buffer.from(payload) : payload, said, settings, "inputs.porch");
}

/** The code of the trouble, or the encoding where there is none. */
function outcome(...given: Parameters<typeof open>): string {
  const content = open(...given);
  return content.ok ? content.value.encoding : content.trouble.code;
}

t.test("auto takes the picture itself, base64, a data: URL and JSON", async (t) => {
  const text = JPEG.toString("base64");
  const wrapped = [
    text,
    `  ${text}\n`,
    `${text.slice(0, 5)}\r\n${text.slice(5)}`,
    text.replace(/=+$/, ""),
    JPEG.toString("base64url"),
    `data:image/jpeg;base64,${text}`,
    JSON.stringify({ image: text }),
    `\n${JSON.stringify({ image: `data:image/jpeg;base64,${text}`, camera: "porch" })}`,
  ];
  for (const payload of [JPEG, ...wrapped]) {
    const content = open(payload);
    t.match(content, { ok: true, value: { encoding: "jpeg", raw: null, capturedAt: null } });
    if (content.ok) t.same(Buffer.from(content.value.payload), JPEG);
  }
  const bare = open(JPEG);
  t.ok(bare.ok && bare.value.payload === JPEG, "a bare picture is passed on without a copy");
});

t.test("an encoding that is set is held to", async (t) => {
  t.equal(outcome(PNG, "png"), "png");
  t.equal(outcome(PNG, "jpeg"), "frame-not-a-picture");
  t.equal(outcome(JPEG.toString("base64"), "jpeg"), "frame-not-a-picture");
  t.equal(outcome(JPEG.toString("base64"), "base64"), "jpeg");
  t.equal(outcome(JPEG, "base64"), "frame-bad-base64");
  t.equal(outcome(JPEG, "json"), "frame-bad-json");
  t.equal(outcome('{"picture":"/9j/"}', "json"), "frame-bad-json");
  t.equal(outcome('{"image":"/9j/ not base64!"}', "json"), "frame-bad-base64");
  t.equal(outcome('{"image":""}', "json"), "frame-empty");
});

t.test("raw pixels need format, width and height, and just their bytes", async (t) => {
  const raw = { format: "rgb", width: 2, height: 3 } as const;
  const pixels = Buffer.concat([JPEG, Buffer.alloc(8)]);
  t.match(open(pixels, "raw", { raw }), { value: { encoding: "raw", raw } }, "from the configuration");
  t.equal(outcome(pixels, "auto", { raw }), "raw", "even if the first pixels look like a JPEG");
  const said = { format: "gray", width: "9", height: "2", "captured-at": "2026-01-02T03:04:05Z" };
  const content = open(pixels, "raw", { raw }, said);
  t.match(content, { value: { raw: { format: "gray", width: 9, height: 2 }, capturedAt: "2026-01-02T03:04:05Z" } });
  t.equal(outcome(pixels, "raw"), "frame-raw-unknown");
  t.equal(outcome(pixels.subarray(1), "raw", { raw }), "frame-raw-size");
  for (const width of ["0", "-2", "2.5", "70000", "1e1", ""]) {
    t.equal(outcome(pixels, "raw", { raw }, { width }), "frame-raw-unknown", `width "${width}"`);
  }
  t.equal(outcome(pixels, "raw", {}, { ...said, format: "toString" }), "frame-raw-unknown");
  const envelope = { image: pixels.toString("base64"), ...raw, captured_at: "yesterday" };
  t.match(open(JSON.stringify(envelope)), { value: { encoding: "raw", raw, capturedAt: null } }, "from JSON");
});

t.test("a trouble says what came and what to do", async (t) => {
  const html = open("<!DOCTYPE html><html>502</html>");
  t.match(html, { trouble: { code: "frame-not-a-picture", where: "inputs.porch", what: /got an HTML page/ } });
  t.match(open(PNG, "jpeg"), {
    trouble: { what: /expected jpeg; got a PNG/, remedy: /encoding of the input to auto/ },
  });
  t.match(open(""), { trouble: { code: "frame-empty" } });
  t.match(open("this is not a picture"), { trouble: { what: /got text/ } });
  t.match(open(Buffer.alloc(11), "auto", { maxBytes: 10 }), {
    trouble: { code: "frame-too-large", what: /11 bytes.*10/ },
  });
  t.equal(outcome(`${"[".repeat(500_000)}`, "json"), "frame-bad-json", "a deep nest is no stack overflow");
});

t.test("any bytes at any encoding give a content or a trouble, and a content is what it says", async () => {
  const payloads = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 60 }).map((tail) => Buffer.concat([JPEG, tail])),
    fc.string().map((text) => Buffer.from(text)),
    fc.base64String().map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .record(
        {
          image: fc.oneof(fc.base64String(), fc.jsonValue()),
          format: fc.jsonValue(),
          width: fc.jsonValue(),
          height: fc.integer(),
        },
        { requiredKeys: ["image"] },
      )
      .map((document) => Buffer.from(JSON.stringify(document))),
  );
  const said = fc.dictionary(fc.constantFrom("format", "width", "height", "captured-at", "__proto__"), fc.string());
  fc.assert(
    fc.property(payloads, said, fc.constantFrom(...ENCODINGS), (payload, properties, encoding) => {
      const content = unwrap(payload, properties, { encoding, raw: null, maxBytes: 100 }, "inputs.any");
      if (!content.ok) return content.trouble.what.length > 0 && content.trouble.remedy.length > 0;
      const { payload: inner, encoding: form, raw } = content.value;
      return payload.length <= 100 && inner.length > 0 && (form === "raw") === (raw !== null);
    }),
  );
});

t.test("what base64 wraps comes out as it went in", async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom("base64", "base64url"), (tail, alphabet) => {
      const picture = Buffer.concat([JPEG, tail]);
      const content = open(picture.toString(alphabet as BufferEncoding));
      return content.ok && Buffer.compare(content.value.payload, picture) === 0;
    }),
  );
});

t.test("no bad file of ../shared/data is taken for what it is not", { skip: needsSharedData }, async (t) => {
  const noPictures = [
    "empty.jpg",
    "gif-named.jpg",
    "html-error-page.jpg",
    "random.bin",
    "svg-with-reference.svg",
    "text.jpg",
    "zip-magic.jpg",
  ];
  for (const name of readdirSync(sharedData("frames", "bad"))) {
    const content = open(readFileSync(sharedData("frames", "bad", name)), "auto", { maxBytes: 64 * 1024 * 1024 });
    // The others begin as pictures: whether they are whole is the decoder's to say.
    t.equal(
      content.ok,
      !noPictures.includes(name),
      `${name}: ${content.ok ? content.value.encoding : content.trouble.what}`,
    );
  }
});
