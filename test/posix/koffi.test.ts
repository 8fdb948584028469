// @module-tag system
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadNative } from "../../src/posix/koffi.ts";
import { scratch } from "../storage/support.ts";

const project = new URL("../../", import.meta.url).pathname;
const BINARIES = "node_modules/@koromix";
if (typeof loadNative() === "string") process.stderr.write(`skipped: ${loadNative()}\n`);
const possible = test.skipIf(typeof loadNative() === "string");

/** Message if only these directories of koffi are installed. */
function saidWith(folder: string): string {
  cpSync(join(project, "src/posix"), join(folder, "src"), { recursive: true });
  const script = `import { loadNative } from "${folder}/src/koffi.ts"; console.log(loadNative())`;
  const args = ["--input-type=module", "-e", script];
  return execFileSync(process.execPath, args, { encoding: "utf8" }).trimEnd();
}

function install(folder: string, ...names: readonly string[]): void {
  for (const name of names) cpSync(join(project, name), join(folder, name), { recursive: true });
}

test("koffi is not installed", () => {
  expect(saidWith(scratch())).toBe("koffi, an optional dependency, is not installed");
});

possible("koffi is installed, but nothing for this platform", () => {
  const folder = scratch();
  install(folder, "node_modules/koffi");
  expect(saidWith(folder)).toBe(`koffi has no binary for linux ${process.arch}`);
});

possible("its binary does not load, as where a library is missing that it needs", () => {
  const folder = scratch();
  install(folder, "node_modules/koffi", BINARIES);
  const platform = join(folder, BINARIES, `koffi-linux-${process.arch}`);
  for (const name of readdirSync(platform).filter((entry) => /_/.test(entry))) {
    writeFileSync(join(platform, name, "koffi.node"), "no library");
  }
  expect(saidWith(folder)).toMatch(/^koffi cannot be loaded \(.*koffi\.node.*\)$/);
});
