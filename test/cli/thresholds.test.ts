import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Run } from "../../src/model/run/run.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { assay, onlyRun, runIds } from "./assay.ts";
import { type Bench, makeBench } from "./bench.ts";

/** Short reads in memory, held to `thresholds`. */
function scenario(
  bench: Bench,
  thresholds: readonly string[],
  repetitions = 1,
  duration = "50ms",
): string {
  const lines = thresholds.map((text) => `      - ${JSON.stringify(text)}`);
  return bench.scenario(
    "held",
    `name: held
datasets: { data: { count: 1, size: 64KiB } }
repetitions: ${repetitions}
phases:
  - name: read
    operation: read
    access: random
    duration: ${duration}
    thresholds:
${lines.join("\n")}
`,
  );
}

/** Changes a stored run, as if it had been made so. */
function editRun(bench: Bench, id: string, change: (run: Run) => Run): void {
  const path = join(bench.results, id, "run.json");
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
}

function slowed(target: TargetSpec, ns: number): TargetSpec {
  const { address } = target;
  if (address.kind !== "memory" || address.synthetic === null) throw new Error("not synthetic");
  const synthetic = { ...address.synthetic, latency: { kind: "fixed", ns } as const };
  return { ...target, address: { ...address, synthetic } };
}

const QUIET = ["-t", "null:", "-q", "--print", "nothing"];

describe("a run that is held to thresholds", () => {
  it("ends with 0 where all are met, and they are stored as written", async () => {
    const bench = makeBench();
    const path = scenario(bench, ["errors == 0", "rate>1/s"]);
    const { code, stderr } = await assay(["run", path, ...QUIET], bench);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { plan, thresholds = [], id } = onlyRun(bench.results);
    const planned = plan.phases[0]?.thresholds ?? [];
    expect(planned.map(({ text }) => text)).toEqual(["errors == 0", "rate>1/s"]);
    expect(thresholds.map(({ text, state }) => [text, state])).toEqual([
      ["errors == 0", "met"],
      ["rate>1/s", "met"],
    ]);
    const csv = readFileSync(join(bench.results, id, "thresholds.csv"), "utf8");
    expect(csv).toMatch(/^phase,threshold,state,/);
  });

  it("ends with 99 where one is broken, with a line and an annotation for each", async () => {
    const bench = makeBench();
    const path = scenario(bench, ["errors == 0", "p50 < 1ns", "rate < 1/s"]);
    const plain = await assay(["run", path, ...QUIET], bench);
    expect(plain.code).toBe(99);
    const lines = plain.stderr.trimEnd().split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/^threshold: read: `p50 < 1ns` failed: measured .*$/),
      expect.stringMatching(/^threshold: read: `rate < 1\/s` failed: measured [\d,]+\/s$/),
    ]);
    expect(onlyRun(bench.results).state).toBe("complete");
    const env = { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: bench.cwd };
    const shown = await assay(["run", path, ...QUIET], { cwd: bench.cwd, env });
    const annotations = shown.stderr.split("\n").filter((line) => line.startsWith("::"));
    // Both are of the phase that begins in line 5.
    expect(annotations).toEqual([
      expect.stringMatching(
        /^::error file=held\.yaml,line=5,title=held on null::read: `p50 .*%0Aread: `rate < 1\/s`/,
      ),
    ]);
  });

  it("weighs a run that could not begin more, and reports both as JUnit", async () => {
    const bench = makeBench();
    const path = scenario(bench, ["p50 < 1ns"]);
    const junit = join(bench.cwd, "report.xml");
    const gone = join(bench.cwd, "gone");
    const targets = ["-t", "null:", "-t", gone, "-q", "--print", "nothing"];
    const { code } = await assay(["run", path, ...targets, "--junit", junit], bench);
    expect(code).toBe(3);
    const xml = readFileSync(junit, "utf8");
    expect(xml).toContain('<failure message="read: `p50 &lt; 1ns` failed: ');
    expect(xml.match(/<testsuite /g)).toHaveLength(2);
    expect(xml).toMatch(/<error message="[^"]*gone[^"]*" type="refused"\/>/);
  });

  it("is shown them again by `assay report`", async () => {
    const bench = makeBench();
    await assay(["run", scenario(bench, ["p50 < 1ns"]), ...QUIET], bench);
    const [id = ""] = runIds(bench.results);
    const { code, stdout } = await assay(["report", id], bench);
    expect(code).toBe(0);
    expect(stdout).toMatch(/## Thresholds\n\n> .*1 of 1 threshold failed/);
  });
});

describe("a baseline", () => {
  it("judges what is said of it, and without it that is not judged", async () => {
    const bench = makeBench();
    const path = scenario(bench, ["vs baseline: p99 not slower than 1000000%"], 4);
    const first = await assay(["run", path, ...QUIET], bench);
    expect(first).toMatchObject({
      code: 0,
      stderr: "1 threshold was not evaluated: name a baseline run with --baseline\n",
    });
    const [before = ""] = runIds(bench.results);
    const again = await assay(["run", path, ...QUIET, "--baseline", before], bench);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    const [outcome] = onlyRun(bench.results).thresholds ?? [];
    expect(outcome).toMatchObject({ state: "met", baseline: { runId: before, repetitions: 4 } });
  });

  it("brings checks of its own, of which a worse run breaks some", {
    tags: ["system"],
  }, async () => {
    const bench = makeBench();
    const quick = ["-q", "--print", "nothing", "-t", "synthetic:latency=200us"];
    const slow = ["-q", "--print", "nothing", "-t", "synthetic:latency=10ms"];
    // Long enough that a machine which lets a process wait for some of it changes no verdict.
    const path = scenario(bench, ["errors == 0"], 5, "300ms");
    await assay(["run", path, ...quick], bench);
    const [before = ""] = runIds(bench.results);
    const against = ["--baseline", before];
    const refused = await assay(["run", path, ...slow, ...against], bench);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /^--baseline \S+ its target differs from .* in address\.synthetic\.latency\.ns \(/,
    );
    expect(refused.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(runIds(bench.results)).toHaveLength(1);
    // The same storage became slower: the baseline's address is made that of the slow one.
    editRun(bench, before, (run) => ({ ...run, target: slowed(run.target, 10e6) }));
    const { code, stderr } = await assay(["run", path, ...slow, ...against], bench);
    expect(code, stderr).toBe(99);
    // Of the three, the p99 of so few operations is a matter of what else the machine does.
    expect(stderr).toMatch(
      /^threshold: read: `vs baseline: p50 not slower` failed: .*, significantly worse, 5/m,
    );
    expect(onlyRun(bench.results).thresholds?.map(({ text }) => text)).toEqual([
      "errors == 0",
      "vs baseline: rate not lower",
      "vs baseline: p50 not slower",
      "vs baseline: p99 not slower",
    ]);
  });
});

describe("a baseline that was made elsewhere", () => {
  it("is named on stderr and in the report, and decides all the same", async () => {
    const bench = makeBench();
    const path = scenario(bench, ["vs baseline: p99 not slower than 1000000%"], 4);
    await assay(["run", path, ...QUIET], bench);
    const [before = ""] = runIds(bench.results);
    editRun(bench, before, (run) => ({
      ...run,
      environment: { ...run.environment, kernel: "4.4.0", cpus: 64 },
    }));
    const quiet = await assay(["run", path, ...QUIET, "--baseline", before], bench);
    const text = /run also differs from the baseline run in host\.cpus \(64 .*"4\.4\.0" /;
    expect(quiet.code).toBe(0);
    expect(quiet.stderr).toMatch(text);
    expect(quiet.stderr.trimEnd().split("\n")).toHaveLength(1);
    const other = await assay(["compare", ...runIds(bench.results)], bench);
    expect(other.code).toBe(0);
    expect(other.stdout).toMatch(/Columns differ: .*host\.cpus/);
  });
});

describe("a baseline that cannot be one", () => {
  it("of other storage, also of one target of several, is refused before any run", async () => {
    const bench = makeBench();
    const path = scenario(bench, ["errors == 0"], 5);
    await assay(["run", path, ...QUIET], bench);
    const [before = ""] = runIds(bench.results);
    for (const other of [
      ["-t", bench.cwd],
      ["-t", "synthetic:latency=1ms"],
    ]) {
      const args = ["run", path, ...QUIET, ...other, "--baseline", before];
      const { code, stderr } = await assay(args, bench);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^--baseline \S+ its target differs from \S+ in kind/);
    }
    expect(runIds(bench.results)).toHaveLength(1);
  });

  it("of another plan or of too few repetitions is refused before any run", async () => {
    const bench = makeBench();
    const path = scenario(bench, ["errors == 0"]);
    await assay(["run", path, ...QUIET], bench);
    const [before = ""] = runIds(bench.results);
    const against = ["run", path, ...QUIET, "--baseline", before];
    const other = await assay([...against, "--set", "queueDepth=3"], bench);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(
      /^--baseline \S+ its plan differs .* in phases\[read\]\.queueDepth \(1 and 3\);/,
    );
    const few = await assay(against, bench);
    expect(few.code).toBe(2);
    expect(few.stderr).toMatch(/need at least 5 repetitions of each run .* but this plan has 1/);
    for (const { stderr } of [other, few]) expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(runIds(bench.results)).toHaveLength(1);
  });

  it("is not there; nor is the folder of a JUnit file: one sentence each", async () => {
    const bench = makeBench();
    const path = scenario(bench, ["errors == 0"]);
    mkdirSync(join(bench.cwd, "folder"));
    for (const [args, sentence] of [
      [["--baseline", "nothing"], /^no stored run "nothing"/],
      [["--junit", ""], /^--junit is empty; expected a file/],
      [["--junit", "folder"], /^--junit folder is a directory; expected a file/],
      [
        ["--junit", "no/where.xml"],
        /^--junit no\/where\.xml: directory no does not exist; expected/,
      ],
    ] as const) {
      const { code, stderr } = await assay(["run", path, ...QUIET, ...args], bench);
      expect(code).toBe(2);
      expect(stderr).toMatch(sentence);
    }
    expect(runIds(bench.results)).toEqual([]);
  });
});
