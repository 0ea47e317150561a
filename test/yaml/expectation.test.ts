// What a schema wants, in words.

import t from "tap";
import { z } from "zod";
import { expectation } from "../../src/yaml/expectation.js";
import { schemaRows } from "../../src/yaml/schema-rows.js";

t.test("each kind of schema says in words what fits", async (t) => {
  const words: readonly (readonly [z.ZodType, string])[] = [
    [z.string(), "text"],
    [z.string().regex(/x/, "a name with an x"), "a name with an x"],
    [z.int().min(1).max(5), "a whole number from 1 to 5"],
    [z.number().positive(), "a number, more than 0"],
    [z.number().min(2).optional(), "a number, at least 2"],
    [z.boolean().default(true), "true or false"],
    [z.literal("a"), "a"],
    [z.union([z.literal("auto"), z.int()]), "auto, or a whole number"],
    [z.enum(["a", "b"]).nullable(), "one of a, b, or null"],
    [z.array(z.number()), "a list, each a number"],
    [z.tuple([z.int(), z.int()]), "a list of 2, each a whole number"],
    [z.record(z.string(), z.number()), "a mapping from names to a number"],
    [z.strictObject({ a: z.string() }), "a mapping with a"],
    [z.string().meta({ title: "a duration" }).transform(Number), "a duration"],
  ];
  for (const [schema, said] of words) t.equal(expectation(schema), said);
});

t.test("a key that only some forms have is not required, one that all have is", async (t) => {
  const rows = schemaRows(
    z.union([z.object({ a: z.string(), b: z.object({ c: z.int() }) }), z.object({ a: z.number() })]),
  );
  t.match(rows, [
    { path: "a", fits: "text, or a number", isRequired: true },
    { path: "b", fits: "a mapping", isRequired: false },
    { path: "b.c", fits: "a whole number", isRequired: true },
  ]);
});
