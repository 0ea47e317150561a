// Which package a name means, and what is said when it means none.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import t from "tap";
import { findPackage, listPackages, type PackagePlaces } from "../../src/models/find-package.js";
import { parseModelReference } from "../../src/models/model-reference.js";
import { compareVersions, newestFirst } from "../../src/models/version-order.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";
import { manifestText, packageFiles, writeFiles } from "./package-folder.js";

/** Store: pets 1.9.0 and 1.10.0; shipped: pets 2.0.0 and gauge 1.0.0; beside: own 0.1.0. */
function places(folder: string): PackagePlaces {
  const at = (path: string, name: string, version: string) =>
    writeFiles(join(folder, path), packageFiles(manifestText(name, version)));
  at("store/pets/1.9.0", "pets", "1.9.0");
  at("store/pets/1.10.0", "pets", "1.10.0");
  at("shipped/pets", "pets", "2.0.0");
  at("shipped/gauge", "gauge", "1.0.0");
  at("config/own", "own", "0.1.0");
  mkdirSync(join(folder, "shipped/training"));
  return { relativeTo: join(folder, "config"), store: join(folder, "store"), shipped: join(folder, "shipped") };
}

async function found(reference: string, where: PackagePlaces): Promise<string> {
  const read = await findPackage(reference, where);
  return read.ok
    ? `${read.value.manifest.name}@${read.value.manifest.version}`
    : read.troubles.map(({ code }) => code).join();
}

t.test("a name is looked up in the store, then among the shipped, then beside the configuration", async (t) => {
  const where = places(t.testdir());

  t.equal(await found("pets", where), "pets@1.10.0", "the highest version by number, not by letters");
  t.equal(await found("pets@1.9.0", where), "pets@1.9.0");
  t.equal(await found("pets@2.0.0", where), "pets@2.0.0", "a version that only ships");
  t.equal(await found("gauge", where), "gauge@1.0.0");
  t.equal(await found("own", where), "own@0.1.0");
  t.equal(await found("./own", where), "own@0.1.0");
  t.equal(await found("../shipped/gauge/model.yaml", where), "gauge@1.0.0", "the manifest stands for its folder");
  t.equal(await found(join(where.shipped, "gauge"), where), "gauge@1.0.0");
});

t.test("a name that means no package gets the nearest one, or the versions there are", async (t) => {
  const where = places(t.testdir());
  const trouble = async (reference: string) => {
    const read = await findPackage(reference, where);
    return read.ok ? null : read.troubles[0];
  };

  t.match(await trouble("guage"), { code: "package-unknown", remedy: /"gauge"/ });
  t.match(await trouble("pets@3.0.0"), { code: "package-unknown", remedy: /1\.10\.0, 1\.9\.0/ });
  t.match(await trouble("training"), { code: "package-unknown" }, "a folder without a manifest is no package");
  t.match(await trouble("./nowhere"), { code: "package-missing" });
  t.match(await trouble("./pets-1.0.0.tar.gz"), { code: "package-is-archive", remedy: /tar -xzf/ });
  t.match(await trouble(""), { code: "package-unknown" });
  t.match(await trouble("a\0b"), { code: "package-unknown" });
});

t.test("a folder of the store that holds another package is refused", async (t) => {
  const where = places(t.testdir());
  writeFiles(join(where.store, "pets/1.11.0"), packageFiles(manifestText("pets", "1.0.0")));

  t.equal(await found("pets", where), "package-misplaced");
  t.equal(await found("pets@1.10.0", where), "pets@1.10.0");
});

t.test("the list holds every package, a broken one with what is wrong", async (t) => {
  const where = places(t.testdir());
  writeFiles(join(where.store, "broken/1.0.0"), { "model.yaml": "isotherm: [" });

  const listed = await listPackages(where);

  t.same(
    listed.map((one) => (one.ok ? `${one.value.manifest.name}@${one.value.manifest.version}` : "broken")),
    ["broken", "pets@1.10.0", "pets@1.9.0", "gauge@1.0.0", "pets@2.0.0"],
  );
  t.same(await listPackages({ relativeTo: "/", store: "/nowhere", shipped: "/nowhere" }), [], "no store is no error");
});

t.test("packages for tasks to come do not spoil the list", { skip: needsSharedData }, async (t) => {
  const listed = await listPackages({ relativeTo: "/", store: "/nowhere", shipped: sharedData("models") });

  t.equal(listed.filter((one) => one.ok).length, 6);
  const refused = listed.flatMap((one) => (one.ok ? [] : one.troubles.map(({ code }) => code)));
  t.same(refused, ["task-not-supported", "task-not-supported", "task-not-supported", "task-not-supported"]);
});

t.test("a reference may name a variant behind a colon, and a colon in a path is none", async (t) => {
  t.same(parseModelReference("pets"), { package: "pets", variant: null });
  t.same(parseModelReference("pets@1.0.0:small"), { package: "pets@1.0.0", variant: "small" });
  t.same(parseModelReference("./a:b/pets"), { package: "./a:b/pets", variant: null });
  t.same(parseModelReference("./a:b/pets:small"), { package: "./a:b/pets", variant: "small" });
  t.same(parseModelReference("pets:"), { package: "pets:", variant: null });
});

t.test("versions are ordered as semver says", async (t) => {
  // The example of semver.org, 2.0.0, section 11.4.
  const ordered = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"];
  const all = [...ordered, "1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0", "2.0.0"];
  t.same(newestFirst(all), [...all].reverse());
  t.equal(compareVersions("1.0.0+a", "1.0.0+b"), 0);

  const part = fc.nat({ max: 20 });
  const pre = fc.option(fc.constantFrom("alpha", "alpha.1", "beta", "rc.2", "rc.10", "1", "x-y"), { nil: null });
  const version = fc.tuple(part, part, part, pre).map(([a, b, c, p]) => `${a}.${b}.${c}${p === null ? "" : `-${p}`}`);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      const isAntisymmetric = Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a)) === 0;
      const isTransitive = compareVersions(a, b) > 0 || compareVersions(b, c) > 0 || compareVersions(a, c) <= 0;
      return isAntisymmetric && isTransitive;
    }),
  );
});
