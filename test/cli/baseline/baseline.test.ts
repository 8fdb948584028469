import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { assay, onlyRun, runIds } from "../assay.ts";
import { type Bench, makeBench } from "../bench.ts";

/** Repeated short reads in memory, so that a rank test can find a difference. */
function reads(bench: Bench, name: string): string {
  return bench.scenario(
    name,
    `name: ${name}
datasets: { data: { count: 1, size: 64KiB } }
repetitions: 5
phases:
  - { name: read, operation: read, access: random, duration: 60ms }
`,
  );
}

const QUIET = ["-t", "null:", "-q", "--print", "nothing"];

/** Makes all rates and latencies of a stored run `factor` times as good. */
function improve(bench: Bench, id: string, factor: number): void {
  const path = join(bench.results, id, "run.json");
  const run: Run = JSON.parse(readFileSync(path, "utf8"));
  const phases = run.phases.map((phase) => ({
    ...phase,
    summaries: phase.summaries.map((one) => ({
      ...one,
      operationsPerSecond: one.operationsPerSecond * factor,
    })),
  }));
  writeFileSync(path, JSON.stringify({ ...run, phases }));
}

describe("a named baseline", () => {
  it("keeps one small file per scenario and target, and `run --baseline` finds each", async () => {
    const bench = makeBench();
    const paths = [reads(bench, "first"), reads(bench, "second")];
    await assay(["run", ...paths, ...QUIET], bench);
    const ids = runIds(bench.results);
    const saved = await assay(["baseline", "save", "main", ...ids], bench);
    expect(saved.code, saved.stderr).toBe(0);
    expect(saved.stdout).toContain("stored in baselines/main; use it with");
    const folder = join(bench.cwd, "baselines", "main");
    const places = readdirSync(folder).sort();
    expect(places).toEqual([
      expect.stringMatching(/^first-on-null/),
      expect.stringMatching(/^second-on-null/),
    ]);
    expect(readdirSync(join(folder, places[0] ?? ""))).toEqual(["run.json"]);
    // The stored runs themselves are not needed any more.
    for (const id of ids) rmSync(join(bench.results, id), { recursive: true });
    const { code, stderr } = await assay(["run", ...paths, ...QUIET, "--baseline", "main"], bench);
    expect([0, 99], stderr).toContain(code);
    const stored = runIds(bench.results).map((id): Run => {
      return JSON.parse(readFileSync(join(bench.results, id, "run.json"), "utf8"));
    });
    const compared = stored.flatMap(({ plan, thresholds = [] }) =>
      thresholds.map(({ baseline }) => [plan.name, baseline?.runId]),
    );
    expect(compared).toHaveLength(6);
    for (const [name = "", id] of compared) expect(id).toContain(`-${name}-`);
    const same = stored.find(({ plan }) => plan.name === "first")?.id ?? "";
    const shown = await assay(["compare", join(folder, places[0] ?? ""), same], bench);
    expect(shown.code, shown.stderr).toBe(0);
  });

  it("decides thresholds: a much better baseline fails the run", async () => {
    const bench = makeBench();
    const path = reads(bench, "held");
    await assay(["run", path, ...QUIET], bench);
    improve(bench, onlyRun(bench.results).id, 100);
    await assay(["baseline", "save", "main", ...runIds(bench.results)], bench);
    const { code, stderr } = await assay(["run", path, ...QUIET, "--baseline", "main"], bench);
    expect(code, stderr).toBe(99);
    expect(stderr).toMatch(/`vs baseline: rate not lower` failed: .*significantly worse/);
  });
});

describe("a saved baseline", () => {
  it("is updated with the change of each value, and never replaced by `save`", async () => {
    const bench = makeBench();
    const path = reads(bench, "held");
    await assay(["run", path, ...QUIET], bench);
    const [first = ""] = runIds(bench.results);
    await assay(["baseline", "save", "main", first], bench);
    improve(bench, first, 2);
    const again = await assay(["baseline", "save", "main", first], bench);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/already has a run of held on null.*`assay baseline update`\n$/);
    const updated = await assay(["baseline", "update", "main", first], bench);
    expect(updated.code, updated.stderr).toBe(0);
    expect(updated.stdout).toMatch(/^ {2}read: [\d,.]+ ops\/s to [\d,.]+ ops\/s \(2\.00x\), p99 /m);
    const shown = await assay(["baseline", "show"], bench);
    expect(shown.stdout).toMatch(new RegExp(`^main\\n {2}held on null: ${first}, `));
    const json = await assay(["baseline", "show", "main", "--print", "json"], bench);
    expect(JSON.parse(json.stdout)).toMatchObject({
      baselines: [{ name: "main", runs: [{ id: first, scenario: "held", state: "complete" }] }],
    });
  });
});

describe("a named baseline that does not fit", () => {
  it("without a run of the scenario leaves that one uncompared, and says so", async () => {
    const bench = makeBench();
    await assay(["run", reads(bench, "old"), ...QUIET], bench);
    await assay(["baseline", "save", "main", ...runIds(bench.results)], bench);
    const both = ["run", reads(bench, "old"), reads(bench, "new"), ...QUIET, "--baseline", "main"];
    const { code, stderr } = await assay(both, bench);
    expect([0, 99]).toContain(code);
    expect(stderr).toMatch(/^new on null: not compared; main has no run of it$/m);
    const alone = await assay(["run", reads(bench, "new"), ...QUIET, "--baseline", "main"], bench);
    expect(alone.code).toBe(2);
    expect(alone.stderr).toMatch(/^--baseline: new on null: not compared; main has no run/);
  });

  it.each([
    [["save", "main"], /^baseline save requires a name and a run/],
    [["save", "../up", "RUN"], /^baseline name `\.\.\/up`: expected letters/],
    [["update", "main", "RUN"], /^no baseline baselines\/main to update/],
    [["show", "gone"], /^no baseline baselines\/gone/],
    [["show", "main", "RUN"], /^baseline show takes no run/],
  ])("refuses %j in one sentence and writes nothing", async (args, sentence) => {
    const bench = makeBench();
    await assay(["run", reads(bench, "held"), ...QUIET, "--set", "repetitions=1"], bench);
    const [id = ""] = runIds(bench.results);
    const given = args.map((one) => (one === "RUN" ? id : one));
    const { code, stderr } = await assay(["baseline", ...given], bench);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(existsSync(join(bench.cwd, "baselines"))).toBe(false);
  });

  it("refuses an incomplete run, and two runs of one scenario and target", async () => {
    const bench = makeBench();
    const path = reads(bench, "held");
    for (let at = 0; at < 2; at++) await assay(["run", path, ...QUIET], bench);
    const ids = runIds(bench.results);
    const twice = await assay(["baseline", "save", "main", ...ids], bench);
    expect(twice.stderr).toMatch(/are both of held on null/);
    const [id = ""] = ids;
    const file = join(bench.results, id, "run.json");
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace('"state": "complete"', '"state": "partial"'),
    );
    const partial = await assay(["baseline", "save", "main", id], bench);
    expect(partial.code).toBe(2);
    expect(partial.stderr).toMatch(/ is partial; a baseline needs a complete run\n$/);
  });
});
