import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package whose code is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression of its `package.json`. */
  readonly license: string;
  /** Texts of its license and notice files. */
  readonly texts: readonly string[];
}

/** The directory of a package in the path of one of its modules. */
const DIRECTORY = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENSE_FILE = /^(licen[cs]e|notice|copying)([.-]|$)/i;

/** Stands for the text of the license that assay has too. */
const SAME_LICENSE = "The file LICENSE of assay has the text of this license.";

/** Returns the packages of the modules of a bundle, by name; each version once. */
export function packagesOf(modules: readonly string[]): readonly BundledPackage[] {
  const folders = new Set(modules.flatMap((path) => DIRECTORY.exec(path)?.[0] ?? []));
  const found = new Map(
    [...folders].map(packageIn).map((one) => [`${one.name}@${one.version}`, one]),
  );
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function packageIn(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => LICENSE_FILE.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  // A package without a file has the terms of its license in general.
  if (texts.length === 0 && license === "Apache-2.0") texts.push(SAME_LICENSE);
  if (typeof license === "string" && texts.length > 0) return { name, version, license, texts };
  throw new Error(`${folder} has no license or no text of it`);
}

/** Returns the installed versions of packages by name. `root`: directory of `node_modules`. */
export function versionsOf(
  root: string,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const versions = names.map((name) => {
    const text = readFileSync(join(root, "node_modules", name, "package.json"), "utf8");
    return [name, String(JSON.parse(text).version)];
  });
  return Object.fromEntries(versions);
}

/** Returns the text of the file that keeps the licenses with the bundled code. */
export function licensesText(packages: readonly BundledPackage[]): string {
  const line = "-".repeat(80);
  const parts = packages.map(({ name, version, license, texts }) =>
    [line, `${name} ${version}`, `License: ${license}`, "", ...texts, ""].join("\n"),
  );
  const head = "assay contains code of these packages, each under its own license.\n";
  return [head, ...parts].join("\n");
}
