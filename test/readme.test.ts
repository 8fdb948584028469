// @module-tag system
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const ASSAY = join(ROOT, "bin/assay.mjs");

/** The page a newcomer reads, and those it sends to for more. */
const PAGES = [
  "README.md",
  "scenarios/README.md",
  "scenarios/guide/README.md",
  "scripts/README.md",
  "docs/accuracy.md",
].map((path) => ({
  folder: join(ROOT, dirname(path)),
  text: readFileSync(join(ROOT, path), "utf8"),
}));
const readme = PAGES.map(({ text }) => text).join("\n");

/** Fenced blocks of the pages: what stands after the fence, and their lines. */
const blocks = [...readme.matchAll(/^```(\S+)(.*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = "", note = "", body = ""]) => ({ language, note: note.trim(), body }),
);

/** The lines of a console or shell block that call assay, the words after its name. */
function calls(body: string): readonly (readonly string[])[] {
  return body
    .split("\n")
    .filter((line) => line.includes("npx assay "))
    .map((line) => line.slice(line.indexOf("npx assay ") + 10).split(" "));
}

describe("README", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "assay-readme-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("its shell blocks run in their order, with the scenario it shows", () => {
    const yaml = blocks.filter(({ language }) => language === "yaml").map(({ body }) => body);
    expect(yaml).toHaveLength(1);
    writeFileSync(join(folder, "feature-lookups.yaml"), yaml[0] ?? "");
    const shell = blocks.filter(({ language, note }) => language === "sh" && note === "");
    expect(shell.length).toBeGreaterThanOrEqual(2);
    for (const { body } of shell) {
      const script = body.replaceAll("npx assay", `"${process.execPath}" "${ASSAY}"`);
      const done = spawnSync("bash", ["-euo", "pipefail", "-c", script], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(done.stderr + (done.error?.message ?? "")).not.toContain("defect");
      expect(done.status, `${body}\n${done.stderr}`).toBe(0);
    }
    expect(existsSync(join(folder, "results"))).toBe(true);
  });

  test("the options in its console blocks exist", () => {
    const shown = blocks.filter(({ language }) => language === "console");
    const used = shown.flatMap(({ body }) => calls(body));
    expect(used.length).toBeGreaterThan(3);
    for (const [command = "", ...words] of used) {
      const help = execFileSync(process.execPath, [ASSAY, command, "--help"]).toString();
      for (const word of words.filter((text) => text.startsWith("--"))) {
        expect(help, `assay ${command} ${word}`).toContain(word);
      }
    }
  });

  test("its npm scripts and links exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    for (const [, name = ""] of readme.matchAll(/npm run (\w+)/g)) {
      expect(Object.keys(scripts)).toContain(name);
    }
    for (const page of PAGES) {
      for (const [, target = ""] of page.text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
        expect(existsSync(join(page.folder, target)), target).toBe(true);
      }
    }
    expect(existsSync(join(ROOT, dirname(".ci/run"), "run"))).toBe(true);
  });

  test("the commands and scenarios it lists are those there are", () => {
    const help = execFileSync(process.execPath, [ASSAY, "--help"]).toString();
    for (const [, command = ""] of help.matchAll(/^ {2}assay (\w+)/gm)) {
      if (command !== "completion") expect(readme).toContain(`\`assay ${command}\``);
    }
    // Runs that somebody stored in this clone are listed as well, where there are any.
    const nowhere = ["--results", join(folder, "none")];
    const listed = execFileSync(process.execPath, [ASSAY, "list", ...nowhere]).toString();
    const names = [...listed.matchAll(/^ {2}([a-z0-9-]+) {2}/gm)].map(([, name = ""]) => name);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(readme, name).toContain(`\`${name}\``);
  });
});
