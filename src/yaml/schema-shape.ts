// Reads a zod schema as data: which keys it knows, what stands behind a key, whether only text fits. The one file that
// knows how zod keeps its definitions.

import { z } from "zod";
import { isMapping, valueAt, type YamlPath } from "./path.js";

/** Any schema, with its definition discriminated by `type`. */
type AnySchema = z.core.$ZodTypes;

/** The schema without what only says when it may be absent or what happens afterwards: optional, default, transform … */
export function bare(schema: z.core.$ZodType): AnySchema {
  // Every schema that zod can make is one of $ZodTypes; the base type only does not say so.
  const any = schema as AnySchema;
  const def = any._zod.def;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
    case "catch":
      return bare(def.innerType);
    case "pipe":
      return bare(def.in);
    case "lazy":
      return bare(def.getter());
    default:
      return any;
  }
}

/** What a nullable schema allows besides. */
const NULL_FORM: AnySchema = z.null();

/** The forms that a value may have: a union's options, flattened, and null where that is one; else the schema itself. */
export function forms(schema: z.core.$ZodType): AnySchema[] {
  const any = bare(schema);
  const def = any._zod.def;
  if (isNullable(schema)) return [...formsOf(any, def), NULL_FORM];
  return formsOf(any, def);
}

function formsOf(any: AnySchema, def: AnySchema["_zod"]["def"]): AnySchema[] {
  if (def.type === "union") return def.options.flatMap((option) => forms(option));
  if (def.type === "intersection") return [...forms(def.left), ...forms(def.right)];
  return [any];
}

/** The forms that fit the mapping's own discriminators (`decoder: yolox`); all of them where none fits. */
function fitting(all: readonly AnySchema[], value: unknown): readonly AnySchema[] {
  if (all.length < 2 || !isMapping(value)) return all;
  const left = all.filter((form) => {
    const def = form._zod.def;
    if (def.type !== "object") return false;
    return Object.entries(def.shape).every(([key, inner]) => {
      const innerDef = bare(inner)._zod.def;
      return innerDef.type !== "literal" || !Object.hasOwn(value, key) || innerDef.values.some((v) => v === value[key]);
    });
  });
  return left.length === 0 ? all : left;
}

/** The forms at the path of a value; empty where the schema knows nothing there. The value decides among discriminated forms. */
export function formsAt(schema: z.core.$ZodType, path: YamlPath, root: unknown): readonly AnySchema[] {
  let found = fitting(forms(schema), root);
  path.forEach((step, index) => {
    const value = valueAt(root, path.slice(0, index + 1));
    found = fitting(
      found.flatMap((form) => childSchemas(form, step)).flatMap((child) => forms(child)),
      value,
    );
  });
  return found;
}

/** The schema as it was written for the path (with its description), or null. */
export function schemaAt(schema: z.core.$ZodType, path: YamlPath, root: unknown): z.core.$ZodType | null {
  const last = path.at(-1);
  if (last === undefined) return schema;
  const parents = formsAt(schema, path.slice(0, -1), root);
  return parents.flatMap((form) => childSchemas(form, last))[0] ?? null;
}

function childSchemas(form: AnySchema, step: string | number): z.core.$ZodType[] {
  const def = form._zod.def;
  if (def.type === "object") {
    const child = Object.hasOwn(def.shape, step) ? def.shape[step] : undefined;
    return child === undefined ? [] : [child];
  }
  if (def.type === "record") return [def.valueType];
  if (def.type === "array") return [def.element];
  if (def.type === "tuple") {
    const child = def.items[Number(step)] ?? def.rest;
    return child === undefined || child === null ? [] : [child];
  }
  return [];
}

/** The keys that some form knows by name. */
export function knownKeys(all: readonly AnySchema[]): string[] {
  const keys = all.flatMap((form) => (form._zod.def.type === "object" ? Object.keys(form._zod.def.shape) : []));
  return [...new Set(keys)];
}

/** True where every form is a mapping. */
export function isMappingOnly(all: readonly AnySchema[]): boolean {
  return all.length > 0 && all.every((form) => form._zod.def.type === "object" || form._zod.def.type === "record");
}

/** True where a mapping with names of the user's own choice may stand. */
export function hasFreeKeys(all: readonly AnySchema[]): boolean {
  return all.some((form) => form._zod.def.type === "record");
}

/** True where nothing but text fits, so that `1234` or `true` from outside is meant as text. */
export function isTextOnly(all: readonly AnySchema[]): boolean {
  const written = all.filter((form) => form !== NULL_FORM);
  return (
    written.length > 0 &&
    written.every((form) => {
      const def = form._zod.def;
      if (def.type === "string" || def.type === "template_literal") return true;
      if (def.type === "enum") return Object.values(def.entries).every((value) => typeof value === "string");
      return def.type === "literal" && def.values.every((value) => typeof value === "string");
    })
  );
}

/** True where the schema marks what it takes as a secret, in JSON Schema's own word: `writeOnly`. */
export function isSecret(schema: z.core.$ZodType): boolean {
  // Every schema here is made by zod's classic door; the core's type only lacks `meta`.
  return (schema as z.ZodType).meta()?.writeOnly === true;
}

/** What the schema says about itself, looking through optional and default for the innermost words. */
export function about(schema: z.core.$ZodType): string {
  for (let any: z.core.$ZodType | null = schema; any !== null; any = innerOf(any)) {
    const description = (any as z.ZodType).description;
    if (description !== undefined) return description;
  }
  return "";
}

function isNullable(schema: z.core.$ZodType): boolean {
  const inner = innerOf(schema);
  return (schema as AnySchema)._zod.def.type === "nullable" || (inner !== null && isNullable(inner));
}

function innerOf(schema: z.core.$ZodType): z.core.$ZodType | null {
  const def = (schema as AnySchema)._zod.def;
  if (def.type === "pipe") return def.in;
  return "innerType" in def ? def.innerType : null;
}

/** The default as a person would write it; undefined where there is none. */
export function writtenDefault(schema: z.core.$ZodType): unknown {
  const def = (schema as AnySchema)._zod.def;
  if (def.type === "default" || def.type === "prefault") return def.defaultValue;
  const inner = innerOf(schema);
  return inner === null ? undefined : writtenDefault(inner);
}

/** True where the key has to be written. */
export function isRequired(schema: z.core.$ZodType): boolean {
  return schema._zod.optin === undefined;
}
