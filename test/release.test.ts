// @module-tag system
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scratch } from "./storage/support.ts";
import { ROOT, read } from "./tree.ts";

const CHANGESET = '---\n"assay": minor\n---\n\n`assay quick` measures any storage.\n';

/** A clone with what a release needs, committed. */
function clone(): string {
  const folder = scratch();
  for (const path of ["package.json", "CHANGELOG.md", ".changeset", ".ci/release"]) {
    cpSync(join(ROOT, path), join(folder, path), {
      recursive: true,
      filter: (from) => !from.includes("node_modules"),
    });
  }
  const git = (...words: string[]) => execFileSync("git", words, { cwd: folder });
  git("init", "--quiet", "--initial-branch", "main");
  git("add", "--all");
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  git(...author, "commit", "--quiet", "--message", "release: begin");
  return folder;
}

/** Runs the plan with an npm that answers `view` as the registry would. */
function plan(folder: string, npm: string) {
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/npm"), `#!/bin/sh\n${npm}\n`);
  chmodSync(join(folder, "bin/npm"), 0o755);
  const { status, stdout, stderr } = spawnSync("sh", [".ci/release/plan.sh"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH: `${folder}/bin:${process.env.PATH}` },
  });
  return { status, stderr, outputs: stdout.trim().split("\n") };
}

describe("the plan of a release", () => {
  const { version } = JSON.parse(read("package.json"));
  const MISSING = 'echo "npm error code E404" >&2; exit 1';

  test("publishes a version that the registry lacks", () => {
    for (const npm of [MISSING, "true"]) {
      expect(plan(clone(), npm)).toMatchObject({
        status: 0,
        outputs: ["changesets=false", `version=${version}`, "unpublished=true"],
      });
    }
  });

  test("publishes nothing that is published, and collects changesets first", () => {
    const folder = clone();
    writeFileSync(join(folder, ".changeset/quick.md"), CHANGESET);
    expect(plan(folder, `echo ${version}`)).toMatchObject({
      status: 0,
      outputs: ["changesets=true", `version=${version}`, "unpublished=false"],
    });
  });

  test("fails if the registry cannot be asked", () => {
    const { status, stderr } = plan(clone(), 'echo "npm error code EAI_AGAIN" >&2; exit 1');
    expect([status, stderr]).toEqual([1, "npm error code EAI_AGAIN\n"]);
  });
});

test("changesets become a version and its changelog", { timeout: 300_000 }, () => {
  const folder = clone();
  writeFileSync(join(folder, ".changeset/quick.md"), CHANGESET);
  execFileSync("npm", ["run", "changeset", "--", "version"], { cwd: folder, stdio: "pipe" });
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const [major, minor] = JSON.parse(read("package.json")).version.split(".").map(Number);
  expect(version).toBe(`${major}.${minor + 1}.0`);
  expect(existsSync(join(folder, ".changeset/quick.md"))).toBe(false);
  const changelog = readFileSync(join(folder, "CHANGELOG.md"), "utf8");
  const [title, , heading] = changelog.split("\n");
  expect([title, heading]).toEqual(["# Changelog", `## ${version}`]);
  expect(changelog).toContain("`assay quick` measures any storage.");
  // What was written before stays.
  expect(changelog.endsWith(read("CHANGELOG.md").split("\n").slice(1).join("\n"))).toBe(true);
});
