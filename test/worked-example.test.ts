// @module-tag system
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changesOf } from "./pages.ts";
import { ROOT, read } from "./tree.ts";

const changes = changesOf("docs/architecture.md");

let copy = "";
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "assay-example-"));
  for (const part of ["src", "bin", "scenarios", "package.json", "tsconfig.json"]) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  for (const { path, before, after } of changes) {
    const file = join(copy, path);
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(before, () => after),
    );
  }
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function inCopy(...words: readonly string[]) {
  return spawnSync(process.execPath, words, { cwd: copy, encoding: "utf8" });
}

describe("the example of docs/architecture.md", () => {
  test("changes the type, the source, the stored form and the report", () => {
    const folders = changes.map(({ path }) => path.split("/").slice(0, 2).join("/"));
    expect(new Set(folders)).toEqual(
      new Set(["src/model", "src/environment", "src/run", "src/report"]),
    );
  });

  test.each(changes)("fits $path", ({ path, before }) => {
    expect(read(path).split(before)).toHaveLength(2);
  });

  test("passes the type checker", () => {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const done = inCopy(tsc, "--noEmit", "--project", "tsconfig.json");
    expect(done.stdout + done.stderr).toBe("");
  });

  test("adds an entry to the report of a run, also when it is read again", () => {
    const quick = ["--set", "duration=100ms", "--set", "warmup=0s", "--quiet"];
    const run = ["run", "random-read", "--target", "null:", ...quick, "--print", "path"];
    const stored = inCopy("bin/assay.mjs", ...run);
    expect(stored.stderr).toBe("");
    const report = inCopy("bin/assay.mjs", "report", stored.stdout.trim(), "--format", "markdown");
    expect(report.stdout).toMatch(/^- Swap: [\d.,]+ \w+$/m);
  });
});
