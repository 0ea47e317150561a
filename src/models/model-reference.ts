// How a person names a model: `gauge-reader`, `gauge-reader@1.2.0`, `./models/mine`, each with `:VARIANT` behind it where a
// command takes one. Pure.

import { basename } from "node:path";

export interface ModelReference {
  /** What `findPackage` takes. */
  readonly package: string;
  /** Null: no variant was named. */
  readonly variant: string | null;
}

/** Splits `PKG[:VARIANT]` at the last colon; a colon inside a folder's path is no variant. */
export function parseModelReference(text: string): ModelReference {
  const at = text.lastIndexOf(":");
  if (at <= 0 || at === text.length - 1 || text.indexOf("/", at) >= 0) return { package: text, variant: null };
  return { package: text.slice(0, at), variant: text.slice(at + 1) };
}

/** A reference with a slash or a leading dot is a folder, never an installed name. */
export function isPath(reference: string): boolean {
  return reference.includes("/") || reference.startsWith(".");
}

export interface PackageName {
  readonly name: string;
  /** Null: the highest one. */
  readonly version: string | null;
}

/** Splits `name@version`. */
export function parsePackageName(reference: string): PackageName {
  const at = reference.indexOf("@");
  return at < 0
    ? { name: reference, version: null }
    : { name: reference.slice(0, at), version: reference.slice(at + 1) };
}

/** People copy the path of the manifest itself, or of an archive, as often as that of the folder. */
export function namesArchive(reference: string): boolean {
  return /\.(tar\.gz|tgz|zip)$/.test(basename(reference));
}
