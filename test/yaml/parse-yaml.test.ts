// The YAML room's promise: a value or every trouble, each at its place, whatever the text is.

import fc from "fast-check";
import t from "tap";
import { stringify } from "yaml";
import { z } from "zod";
import { fail, ok } from "../../src/base/result.js";
import type { Trouble } from "../../src/base/trouble.js";
import { ConfigSchema } from "../../src/config/schema/config.js";
import { type ParseOptions, parseYaml } from "../../src/yaml/parse-yaml.js";

const Camera = z.strictObject({
  url: z.string().describe("where it is"),
  rate: z.union([z.number(), z.literal("auto")]).default("auto"),
  password: z.string().max(8).optional().meta({ writeOnly: true }),
  size: z.tuple([z.int(), z.int()]).optional(),
  kind: z.enum(["fixed", "moving"]).default("fixed"),
});
const Shape = z.discriminatedUnion("shape", [
  z.strictObject({ shape: z.literal("circle"), radius: z.number() }),
  z.strictObject({ shape: z.literal("square"), side: z.number() }),
]);
const Schema = z.strictObject({
  cameras: z.record(z.string().regex(/^[a-z]+$/, "a name in lower case"), Camera).default({}),
  shape: Shape.optional(),
  limits: z.strictObject({ low: z.number().default(1) }).prefault({}),
});

function parse(text: string, options: ParseOptions = {}) {
  return parseYaml(text, "f.yaml", Schema, options);
}

function troublesOf(text: string, options: ParseOptions = {}): readonly Trouble[] {
  const parsed = parse(text, options);
  return parsed.ok ? [] : parsed.troubles;
}

function told(troubles: readonly Trouble[]): string[] {
  return troubles.map(({ where, what }) => `${where}: ${what}`);
}

t.test("a right document is its value with defaults, and every key knows its place", async (t) => {
  const parsed = parse("cameras:\n  porch:\n    url: a\n    size: [1, 2]\nlimits:\n");
  if (!parsed.ok) return t.fail(JSON.stringify(parsed.troubles));
  t.strictSame(parsed.value.value, {
    cameras: { porch: { url: "a", rate: "auto", size: [1, 2], kind: "fixed" } },
    limits: { low: 1 },
  });
  t.equal(parsed.value.at(["cameras", "porch", "size", 1]), "f.yaml:4:15");
  t.equal(parsed.value.at(["cameras", "porch", "rate"]), "f.yaml:3:5", "what is not written is looked for around it");
  return undefined;
});

t.test("all troubles come at once, in the order of the text", async (t) => {
  const text = "cameras:\n  porch: { urll: a, kind: movin, rate: fast }\n  Yard: { url: b }\nlimit: {}\n";
  t.strictSame(told(troublesOf(text)), [
    'f.yaml:2:12: unknown key "urll" in cameras.porch',
    'f.yaml:2:27: cameras.porch.kind: the text "movin" does not fit',
    'f.yaml:2:40: cameras.porch.rate: the text "fast" does not fit',
    'f.yaml:3:3: cameras.Yard: "Yard" is no name',
    'f.yaml:4:1: unknown key "limit" in the document',
  ]);
  const remedies = troublesOf(text).map((trouble) => trouble.remedy);
  t.match(remedies[0], /^did you mean "url"\?/, "and the missing url is not told a second time");
  t.match(remedies[1], /did you mean moving\? write one of fixed, moving/);
  t.match(remedies[2], /write auto, or a number/);
  t.match(remedies[3], /a name in lower case/);
  t.match(remedies[4], /did you mean "limits"\? known here: cameras, shape, limits/);
});

t.test("in a form chosen by its discriminator only that form's keys are known", async (t) => {
  const [side, radius] = troublesOf("shape: { shape: circle, side: 1 }");
  t.match(side, { what: "shape.radius is missing" });
  t.match(radius, { what: 'unknown key "side" in shape', remedy: "remove it; known here: shape, radius" });
  t.match(troublesOf("shape: { shape: circel }")[0], { remedy: /did you mean circle\? write one of circle, square/ });
});

t.test("a key that stands twice is named with the line of the first", async (t) => {
  t.strictSame(told(troublesOf("limits: { low: 1 }\nlimits: { low: 2 }\n")), [
    'f.yaml:2:1: "limits" stands twice, first on line 1',
  ]);
});

t.test("broken YAML is told where it begins to be broken, in words that mend it", async (t) => {
  const broken: readonly (readonly [string, string, RegExp])[] = [
    ["limits:\n\tlow: 1\n", "f.yaml:2:1", /spaces/],
    ['limits:\n  low: "1\nshape: x\n', "f.yaml:2:8", /close the quote/],
    ["limits: { low: 1\n", "f.yaml:2:1", /bracket/],
    ["limits: low: 1\n", "f.yaml:1:9", /quotes/],
    ["limits:{}\ncameras: {}\n", "f.yaml:1:1", /space behind the colon/],
    ["limits: {}\n---\nlimits: {}\n", "f.yaml:2:1", /one document/],
    ["? [a]\n: 1\n", "f.yaml:1:3", /text as the key/],
  ];
  for (const [text, where, remedy] of broken) {
    t.match(troublesOf(text)[0], { code: "yaml-syntax", where, remedy }, JSON.stringify(text));
  }
});

t.test("tags stand for text that gets the type its key wants, and is never quoted in a message", async (t) => {
  const tags = {
    secret: (name: string) =>
      name === "none" ? fail({ code: "unknown-secret", where: name, what: "no", remedy: "add it" }) : ok(name),
  };
  const parsed = parse("cameras: { a: { url: !secret 1234, rate: !secret 5, password: !secret true } }", { tags });
  t.match(parsed, { ok: true, value: { value: { cameras: { a: { url: "1234", rate: 5, password: "true" } } } } });

  const wrong = troublesOf("cameras: { a: { url: a, rate: !secret hunter2, password: hunter22222 } }", { tags });
  t.equal(wrong.length, 2);
  t.notMatch(JSON.stringify(wrong), "hunter2");

  t.match(troublesOf("limits: { low: !secret none }", { tags }), [{ code: "unknown-secret", where: "f.yaml:1:24" }]);
  t.match(troublesOf("limits: { low: !secrt x }", { tags }), [{ code: "yaml-tag", remedy: "did you mean !secret?" }]);
  t.match(troublesOf("limits: !secret [a]", { tags }), [{ code: "yaml-tag" }], "a refused value is told once");
  t.match(troublesOf("limits: !!binary aGk="), [{ code: "yaml-tag", what: "unknown tag !!binary" }]);
});

t.test(
  "an override sets a key, also one of the user's own names, and says its own name when it is wrong",
  async (t) => {
    const override = (name: string, text: string) => ({ name, keys: name.split("__"), text });
    const options = (...overrides: ParseOptions["overrides"] & object) => ({ overrides });
    const text = "cameras: { back-yard: { url: a }, b: { url: b } }";
    // The record's own rule on names is not what this test is about.
    const Loose = Schema.extend({ cameras: z.record(z.string(), Camera) });
    const parsed = parseYaml(text, "f.yaml", Loose, {
      overrides: [
        override("CAMERAS__BACK_YARD__RATE", "5"),
        override("CAMERAS__B__URL", "5"),
        override("LIMITS__LOW", "7"),
      ],
    });
    t.match(parsed, {
      ok: true,
      value: { value: { cameras: { "back-yard": { rate: 5 }, b: { url: "5" } }, limits: { low: 7 } } },
    });
    t.match(troublesOf(text, options(override("LIMITS__LOW", "much"))), [
      {},
      { where: "LIMITS__LOW", code: "wrong-value" },
    ]);
    t.match(troublesOf("", options(override("LIMITS__LOV", "1"))), [
      { where: "LIMITS__LOV", code: "unknown-override", remedy: /did you mean low\?/ },
    ]);
    t.match(troublesOf("", options(override("LIMITS__LOW__X", "1"))), [{ remedy: /nothing can be set below/ }]);
    t.match(troublesOf("", options(override("CAMERAS__NEW__URL", "u"))), [], "also where the section is not written");
  },
);

t.test("texts that are made to exhaust the reader end in one trouble", async (t) => {
  const levels = [..."bcdefghij"].map((name, i) => {
    const before = "abcdefghi"[i];
    return `${name}: &${name} [${Array(9).fill(`*${before}`).join(", ")}]`;
  });
  const hostile: Readonly<Record<string, string>> = {
    "aliases of aliases": ["a: &a [x, x, x, x, x, x, x, x, x]", ...levels].join("\n"),
    "brackets without end": "[".repeat(200_000),
    "indentation without end": Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
    "a file of another kind": "x".repeat(2_000_000),
  };
  for (const [name, text] of Object.entries(hostile)) {
    t.match(troublesOf(text), [{ code: "yaml-too-large", remedy: /./ }], name);
  }
  t.match(troublesOf("limits: &a { low: *a }"), [{ code: "yaml-alias", where: "f.yaml:1:19" }], "an alias of itself");
  const keys = Array.from({ length: 500 }, (_, i) => `k${i}: 1`).join("\n");
  t.equal(troublesOf(keys).length, 51, "fifty, and a line that there are more");
});

t.test("keys that mean something to JavaScript are only unknown keys", async (t) => {
  const troubles = troublesOf("__proto__: { low: 1 }\nconstructor: 1\nlimits: { toString: 1 }\n");
  t.ok(troubles.every((trouble) => trouble.code === "unknown-key"));
  t.equal(troubles.length, 3);
});

/** Whatever comes: no throw, and troubles that say where they are and what mends them. */
function isWellBehaved(text: string): boolean {
  const parsed = parseYaml(text, "f.yaml", ConfigSchema, { tags: { secret: (name) => ok(name) } });
  return (
    parsed.ok ||
    (parsed.troubles.length > 0 &&
      parsed.troubles.every(
        ({ where, what, remedy }) => /^f\.yaml:\d+:\d+$/.test(where) && what !== "" && remedy !== "",
      ))
  );
}

t.test("random text never throws, it only has troubles", async () => {
  const pieces = [
    "a",
    "mqtt",
    "inputs",
    ": ",
    ":",
    "\n",
    "  ",
    "\t",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    '"',
    "#",
    "&a ",
    "*a",
    "!secret ",
    "!!x ",
    "|",
    ">",
    "? ",
    "---",
    "%",
    "\0",
    "é",
    "\u2028",
    "1",
    "null",
    "~",
    "<<",
  ];
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), isWellBehaved));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (parts) => isWellBehaved(parts.join(""))),
    {
      numRuns: 500,
    },
  );
});

t.test("random documents never throw, however far they are from the schema", async () => {
  const key = fc.constantFrom(
    ...Object.keys(ConfigSchema.shape),
    "url",
    "mqtt",
    "topic",
    "model",
    "__proto__",
    "x",
    "0",
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constantFrom("5s", "auto", "mqtt://h")),
      fc.dictionary(key, tie("tree"), { maxKeys: 5 }),
      fc.array(tie("tree"), { maxLength: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => isWellBehaved(stringify(value) ?? "")),
    { numRuns: 300 },
  );
});
