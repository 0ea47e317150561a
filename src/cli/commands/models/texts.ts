// Words that list, show and verify share.

import { relative } from "node:path";
import type { VariantSpec } from "../../../contract/variant.js";
import type { PackagePlaces } from "../../../models/find-package.js";

/** Where a package comes from: what was installed, what ships with isotherm, or any other folder. */
export function originOf(directory: string, places: PackagePlaces): "store" | "shipped" | "folder" {
  const isBelow = (folder: string) => !relative(folder, directory).startsWith("..");
  return isBelow(places.store) ? "store" : isBelow(places.shipped) ? "shipped" : "folder";
}

/** Two variants may share a file: its bytes count once. */
export function totalBytes(variants: readonly VariantSpec[]): number {
  const byFile = new Map(variants.map((spec) => [spec.file, spec.bytes]));
  return [...byFile.values()].reduce((sum, bytes) => sum + bytes, 0);
}

export function bytesText(bytes: number): string {
  return bytes >= 1_048_576 ? `${(bytes / 1_048_576).toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}
