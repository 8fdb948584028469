import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { read, tracked } from "./tree.ts";

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description?: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const text = read("action.yml");
const action: Action = parse(text);
const { steps } = action.runs;

/** YAML that GitHub runs: the action, the workflows, and those of the documentation. */
const documents = [
  "action.yml",
  "docs/ci.md",
  ...tracked.filter((path) => /workflows\/.*yml$/.test(path)),
];

/** Runs the shell steps of these names in a job of their own; returns what it left. */
function job(directory: string, names: readonly string[], inputs: Record<string, string>) {
  const output = join(directory, "output");
  writeFileSync(output, "");
  const ended: { name: string; status: number | null; text: string }[] = [];
  for (const name of names) {
    const step = steps.find((one) => one.name === name);
    if (step?.run === undefined) throw new Error(`no shell step ${name}`);
    const code = /^code=(.*)$/m.exec(readFileSync(output, "utf8"))?.[1] ?? "";
    const env = Object.entries(step.env ?? {}).map(([key, value]) => {
      const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1];
      if (input !== undefined) return [key, inputs[input] ?? ""];
      expect(value).toMatch(/^\$\{\{ steps\.run\.outputs\.code \}\}$/);
      return [key, code];
    });
    // As the runner starts `shell: bash`.
    const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run];
    const { status, stdout, stderr } = spawnSync("bash", args, {
      cwd: directory,
      encoding: "utf8",
      env: {
        ...process.env,
        ...Object.fromEntries(env),
        GITHUB_ACTIONS: "true",
        GITHUB_ACTION_PATH: process.cwd(),
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: join(directory, "summary.md"),
        GITHUB_WORKSPACE: directory,
      },
    });
    ended.push({ name, status, text: stdout + stderr });
  }
  return { ended, outputs: readFileSync(output, "utf8") };
}

function workspace(): string {
  const directory = mkdtempSync(join(tmpdir(), "assay-action-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function scenario(threshold: string): string {
  return `name: held
datasets: { data: { count: 1, size: 64KiB } }
repetitions: 5
phases:
  - name: read
    operation: read
    access: random
    duration: 60ms
    thresholds: [${threshold}]
`;
}

describe("action.yml", () => {
  test("names the shell of each step, and has no expression in a script", () => {
    expect(action.runs.using).toBe("composite");
    for (const step of steps) {
      expect(step.run === undefined).toBe(step.uses !== undefined);
      if (step.run === undefined) continue;
      expect(step.shell).toBe("bash");
      // Inputs come as variables: an expression in a script could run an input as a command.
      expect(step.run).not.toContain("${{");
      execFileSync("bash", ["-n", "-c", step.run]);
    }
  });

  test("refers only to inputs and steps that it has, and describes each input", () => {
    const ids = steps.flatMap(({ id }) => id ?? []);
    const inputs = [...text.matchAll(/\binputs\.([\w-]+)/g)].map(([, name]) => name);
    const named = [...text.matchAll(/\bsteps\.([\w-]+)/g)].map(([, name]) => name);
    expect([...new Set(inputs)].sort()).toEqual(Object.keys(action.inputs).sort());
    for (const name of named) expect(ids).toContain(name);
    for (const input of Object.values(action.inputs)) expect(input.description).toBeTruthy();
  });
});

test.each(documents)("%s pins each action by its commit, with the version", (path) => {
  const uses = [...read(path).matchAll(/^\s*-? ?uses: (.*)$/gm)].map(([, one = ""]) => one);
  expect(uses.length).toBeGreaterThan(0);
  for (const one of uses) {
    if (one.startsWith("your-org/assay@")) continue;
    expect(one).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  }
});

const RUN = ["Run assay", "Report the exit code"];

describe("the steps of action.yml", () => {
  test("run scenarios, write thresholds and summary, and end with the code of the run", () => {
    const directory = workspace();
    writeFileSync(join(directory, "held.yaml"), scenario("p50 < 1ns"));
    const inputs = {
      scenarios: "held.yaml",
      target: "null:",
      arguments: "--set=repetitions=1\n\n-q",
    };
    const { ended, outputs } = job(directory, RUN, inputs);
    expect(
      ended.map(({ status }) => status),
      ended[0]?.text,
    ).toEqual([0, 99]);
    expect(outputs).toBe("code=99\n");
    expect(ended[0]?.text).toMatch(/^::error file=held\.yaml,line=5,/m);
    expect(readFileSync(join(directory, "summary.md"), "utf8")).toMatch(
      /^# ❌ 1 of 1 threshold failed\n/,
    );
    expect(readFileSync(join(directory, "thresholds.xml"), "utf8")).toContain("<failure ");
    expect(readdirSync(join(directory, "results"))).toHaveLength(1);
  });

  test("make a baseline once, then compare with it", () => {
    const directory = workspace();
    writeFileSync(join(directory, "held.yaml"), scenario("rate > 1/s"));
    const inputs = { scenarios: "held.yaml", target: "null:", baseline: "main", arguments: "-q" };
    const first = job(directory, ["Run assay", "Update the baseline"], inputs);
    expect(
      first.ended.map(({ status }) => status),
      first.ended[1]?.text,
    ).toEqual([0, 0]);
    expect(first.ended[0]?.text).toContain("::notice::there is no baseline main yet");
    expect(first.outputs).toContain("updated=true");
    expect(existsSync(join(directory, "baselines/main/held-on-null/run.json"))).toBe(true);
    rmSync(join(directory, "results"), { recursive: true });
    const checks = "vs baseline: rate not lower than 1%";
    writeFileSync(join(directory, "held.yaml"), scenario(`"${checks}"`));
    const second = job(directory, RUN, inputs);
    expect(
      second.ended.map(({ status }) => status),
      second.ended[0]?.text,
    ).toEqual([0, 0]);
    const xml = readFileSync(join(directory, "thresholds.xml"), "utf8");
    expect(xml).toContain(
      `<testcase name="read: ${checks}" classname="held on null" time="0.000"/>`,
    );
  });
});

describe("the store of action.yml", () => {
  test("is refused in one line if it is unknown", () => {
    const directory = workspace();
    const { ended } = job(directory, RUN, { scenarios: "smoke", store: "disk" });
    expect(ended.map(({ status }) => status)).toEqual([0, 2]);
    expect(ended[0]?.text).toBe("::error::store: expected minio or nothing, got disk\n");
  });

  test("is a MinIO of the job", { tags: ["system"] }, () => {
    const directory = workspace();
    const args = "--set=duration=300ms\n-q";
    const { ended } = job(directory, RUN, { scenarios: "smoke", store: "minio", arguments: args });
    if (/MinIO is missing/.test(ended[0]?.text ?? "")) return;
    // A threshold may fail on a busy host.
    expect(ended[0]?.status, ended[0]?.text).toBe(0);
    expect([0, 99], ended[0]?.text).toContain(ended[1]?.status);
    expect(readdirSync(join(directory, "results"))).toHaveLength(1);
  });
});

test("workflows of the documentation are valid YAML with jobs and steps", () => {
  const blocks = [...read("docs/ci.md").matchAll(/```yml\n(.*?)```/gs)].map(([, one = ""]) => one);
  expect(blocks.length).toBeGreaterThanOrEqual(3);
  for (const block of blocks) {
    const workflow = parse(block);
    expect(workflow).toMatchObject({ name: expect.any(String), jobs: expect.any(Object) });
    expect(workflow.permissions).toEqual({ contents: "read" });
    for (const job of Object.values<{ steps: Step[] }>(workflow.jobs)) {
      expect(job.steps.length).toBeGreaterThan(1);
      for (const { run } of job.steps)
        if (run !== undefined) execFileSync("bash", ["-n", "-c", run]);
    }
  }
});
