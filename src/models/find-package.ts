// Where packages lie and which one a name means: the store first, then what the installation ships, then a folder beside
// the configuration.

import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { nearestName } from "../base/nearest.js";
import type { Checked } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import { isPath, namesArchive, type PackageName, parsePackageName } from "./model-reference.js";
import { MANIFEST_FILE, type ModelPackage, readPackage } from "./read-package.js";
import { newestFirst } from "./version-order.js";

export type { ModelPackage } from "./read-package.js";

export interface PackagePlaces {
  /** Folder of the configuration, or the one that the command was started in: relative paths start here. */
  readonly relativeTo: string;
  /** `<data_dir>/models`, with `<name>/<version>/` below. */
  readonly store: string;
  /** `<installation>/models`, with `<name>/` below. */
  readonly shipped: string;
}

export type Listed = { readonly directory: string } & Checked<ModelPackage>;

/** A folder that may be a package, by where it lies. */
interface Place {
  readonly directory: string;
  readonly name: string;
  /** As its folder says; null where only the manifest does. */
  readonly version: string | null;
}

/** `name`, `name@version`, or a folder's path. Codes besides the package's own: package-unknown, package-misplaced, package-is-archive. */
export async function findPackage(reference: string, places: PackagePlaces): Promise<Checked<ModelPackage>> {
  if (namesArchive(reference)) return { ok: false, troubles: [archive(reference)] };
  if (isPath(reference)) return readPackage(folderOf(resolve(places.relativeTo, reference)));
  const wanted = parsePackageName(reference);
  const stored = await storedPlaces(places.store, wanted.name);
  const place = wanted.version === null ? stored[0] : stored.find((candidate) => candidate.version === wanted.version);
  if (place !== undefined) return readPlaced(place);
  const shipped = (await shippedPlaces(places.shipped)).find((candidate) => candidate.name === wanted.name);
  if (shipped !== undefined) {
    const read = await readPlaced(shipped);
    if (wanted.version === null || !read.ok || read.value.manifest.version === wanted.version) return read;
  }
  if (wanted.version === null && wanted.name !== "") {
    const beside = join(resolve(places.relativeTo), wanted.name);
    if ((await namesIn(beside)).includes(MANIFEST_FILE)) return readPackage(beside);
  }
  return { ok: false, troubles: [await unknownPackage(reference, wanted, places)] };
}

/** Every installed and shipped package, broken ones with what is wrong with them; store first, highest version first. */
export async function listPackages(places: PackagePlaces): Promise<readonly Listed[]> {
  const names = await namesIn(places.store);
  const stored = (await Promise.all(names.map((name) => storedPlaces(places.store, name)))).flat();
  const all = [...stored, ...(await shippedPlaces(places.shipped))];
  return Promise.all(all.map(async (place) => ({ directory: place.directory, ...(await readPlaced(place)) })));
}

/** The versions of one package in the store, highest first. */
async function storedPlaces(store: string, name: string): Promise<Place[]> {
  const versions = newestFirst((await namesIn(join(store, name))).filter((version) => /^\d+\.\d+\.\d+/.test(version)));
  return versions.map((version) => ({ directory: join(store, name, version), name, version }));
}

/** Folders without a manifest are no packages: the shipped folder also holds the training of its models. */
async function shippedPlaces(shipped: string): Promise<Place[]> {
  const names = await namesIn(shipped);
  const places = await Promise.all(
    names.map(async (name): Promise<Place[]> => {
      const directory = join(shipped, name);
      return (await namesIn(directory)).includes(MANIFEST_FILE) ? [{ directory, name, version: null }] : [];
    }),
  );
  return places.flat();
}

/** A folder that says one name and holds another would answer with the wrong model. */
async function readPlaced(place: Place): Promise<Checked<ModelPackage>> {
  const read = await readPackage(place.directory);
  if (!read.ok) return read;
  const { name, version } = read.value.manifest;
  if (name === place.name && (place.version === null || version === place.version)) return read;
  return {
    ok: false,
    troubles: [
      {
        code: "package-misplaced",
        where: read.value.manifestPath,
        what: `the folder is for ${place.name}${place.version === null ? "" : `@${place.version}`}, the manifest says ${name}@${version}`,
        remedy: "install the package again, or rename the folder",
      },
    ],
  };
}

async function unknownPackage(reference: string, wanted: PackageName, places: PackagePlaces): Promise<Trouble> {
  const versions = (await storedPlaces(places.store, wanted.name)).map((place) => place.version ?? "");
  const shipped = (await shippedPlaces(places.shipped)).map((place) => place.name);
  const known = [...new Set([...(await namesIn(places.store)), ...shipped])];
  const near = nearestName(wanted.name, known);
  return {
    code: "package-unknown",
    where: reference,
    what: `no model package ${reference} is installed in ${places.store} or shipped`,
    remedy:
      wanted.version !== null && known.includes(wanted.name)
        ? `installed is ${versions.length > 0 ? versions.join(", ") : "another version"}: leave the version away to take the highest`
        : near !== null && near !== wanted.name
          ? `did you mean "${near}"?`
          : `use ${known.length > 0 ? `one of ${known.join(", ")}` : "an installed package"}, or the path of a package's folder, with a slash`,
  };
}

function archive(reference: string): Trouble {
  return {
    code: "package-is-archive",
    where: reference,
    what: "a packed package can't be used as it is",
    remedy: `unpack it (tar -xzf ${basename(reference)}) and name the folder`,
  };
}

/** People copy the path of the manifest as often as that of its folder. */
function folderOf(path: string): string {
  return basename(path) === MANIFEST_FILE ? dirname(path) : path;
}

/** Names in a folder, sorted; none where it is not there or can't be read: no store yet is an empty one. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => !name.startsWith(".")).sort();
  } catch {
    return [];
  }
}
