import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { read, tracked } from "./tree.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly "timeout-minutes"?: number;
  readonly needs?: string;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const PATHS = tracked.filter((path) => /^\.github\/workflows\/.*\.yml$/.test(path));
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(read("package.json")).scripts;

describe.each(PATHS)("%s", (path) => {
  const workflow: Workflow = parse(read(path));
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  test("pins every action by the hash of a commit, with its version", () => {
    const lines = read(path).match(/^.*\buses: .*$/gm) ?? [];
    expect(lines.length).toBe(steps.filter(({ uses }) => uses !== undefined).length);
    const loose = lines.filter(
      (line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line),
    );
    expect(loose).toEqual([]);
  });

  test("gives a token that only reads by default, and every job an end", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(jobs.filter(([, job]) => job["timeout-minutes"] === undefined)).toEqual([]);
  });

  test("needs jobs that exist", () => {
    const needed = jobs.flatMap(([, { needs }]) => (needs === undefined ? [] : [needs]));
    expect(needed.filter((name) => !(name in workflow.jobs))).toEqual([]);
  });

  test("has commands that a shell can parse, and scripts that exist", () => {
    const commands = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      expect(spawnSync("bash", ["-n", "-c", command]).status, command).toBe(0);
      for (const [, name = ""] of command.matchAll(/npm run ([\w:]+)/g)) {
        expect(SCRIPTS).toHaveProperty([name]);
      }
      for (const [, file = ""] of command.matchAll(/(?:bash|sh) (\.ci\/\S+)/g)) {
        expect(tracked).toContain(file);
      }
    }
  });

  test("puts no value of an event into a command", () => {
    const commands = steps.map(({ run }) => run ?? "");
    expect(commands.filter((command) => command.includes("${{"))).toEqual([]);
  });
});
