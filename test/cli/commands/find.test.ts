import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assay, onlyRun, startAssay, storedRun, until } from "../assay.ts";
import { type Bench, makeBench } from "../bench.ts";

function scenario(bench: Bench, more = ""): string {
  return bench.scenario(
    "loads",
    `name: loads
datasets: { data: { count: 1, size: 64KiB } }
defaults: { operation: read, access: random, warmup: 0s, duration: 100ms }
phases:
  - { name: read, thresholds: [errors == 0], matrix: { queueDepth: [1, 2] } }
  - { name: other, rate: 10/s }
${more}`,
  );
}

const TARGET = ["-t", "synthetic:latency=2ms"];

describe("assay find", () => {
  it("searches one phase alone, and says before how long that takes", async () => {
    const bench = makeBench();
    const path = scenario(bench);
    const slo = ["--slo", "p50 < 1s", "--by", "queueDepth", "--to", "4", "--repetitions", "1"];
    const args = ["find", path, ...TARGET, "--phase", "read", ...slo, "--print", "report"];
    const { code, stdout, stderr } = await assay(args, bench);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        /^read: searches for the highest queue depth with p50 < 1s; usually .* points of 100 ms /,
      ),
    });
    expect(stderr).toContain("read[queueDepth=4]: met");
    expect(stdout).toContain("**Queue depth 4, the highest of the search, meets p50 < 1s**");
    const { id, phases, searches, state, thresholds } = onlyRun(bench.results);
    expect({ state, thresholds }).toEqual({ state: "complete", thresholds: undefined });
    expect(phases.map(({ phase, repetition }) => `${phase.name}#${repetition}`)).toEqual([
      "read[queueDepth=1]#1",
      "read[queueDepth=2]#1",
      "read[queueDepth=4]#1",
      "read[queueDepth=4]#2",
    ]);
    expect(searches?.map(({ ended, best }) => [ended, best?.value])).toEqual([["always met", 4]]);
    expect(readFileSync(join(bench.results, id, "search.csv"), "utf8")).toMatch(/^phase,search_/);
    const report = await assay(["report", id], bench);
    expect(report.stdout).toBe(stdout);
  });

  it("takes the place of a rate, and of nothing else", async () => {
    const bench = makeBench();
    const ends = ["--slo", "response.p50 < 1s", "--from", "20/s", "--to", "40/s"];
    const path = scenario(bench);
    const args = ["find", path, ...TARGET, "--phase", "other", ...ends, "--repetitions", "1"];
    const { code } = await assay([...args, "-q", "--print", "nothing"], bench);
    expect(code).toBe(0);
    const [search] = onlyRun(bench.results).searches ?? [];
    expect(search).toMatchObject({ phase: "other", ended: "always met", best: { value: 40 } });
  });
});

describe("a search that finds nothing", () => {
  const slow = ["-t", "synthetic:latency=20ms", "-q", "--print", "nothing"];

  it("ends with exit code 4 and says so", async () => {
    const bench = makeBench();
    const path = scenario(bench);
    const slo = ["--slo", "p50 < 1ms", "--by", "queueDepth", "--to", "2", "--repetitions", "1"];
    const { code, stderr } = await assay(["find", path, ...slow, "--phase", "read", ...slo], bench);
    expect(code).toBe(4);
    expect(stderr).toContain("read: No load of the search meets p50 < 1ms");
  });

  it("does so in a phase of a run too, unless a threshold was broken", async () => {
    const bench = makeBench();
    const find = "{ slo: p50 < 1ms, by: queueDepth, to: 2, repetitions: 1 }";
    const searching = `  - { name: deep, find: ${find} }\n`;
    const path = scenario(bench, searching);
    expect((await assay(["run", path, ...slow], bench)).code).toBe(4);
    const broken = scenario(bench, `${searching}  - { name: no, thresholds: [p50 < 1ms] }\n`);
    expect((await assay(["run", broken, ...slow], bench)).code).toBe(99);
  });
});

describe("assay find of what cannot be searched", () => {
  it.each([
    [
      ["--slo", "p99 < 1ms"],
      "the scenario has several phases; name the one to search with --phase: `read`, `other`",
    ],
    [["--slo", "p99 < 1ms", "--phase", "no"], "--phase no: unknown phase; expected one of"],
    [["--slo", "p99"], "--slo: `p99` has no relation"],
    [["--slo", "p99 < 1ms", "--from", "x"], "--from: "],
    [["--slo", "p99 < 1ms", "--to", "0"], "--to: expected a queue depth from 1 to 4096"],
    [
      ["--slo", "p99 < 1ms", "--precision", "0%"],
      "--precision: expected `0.5%` to `50%`, got `0%`",
    ],
    [["--slo", "rate > 1/s", "--phase", "other"], "phase other cannot be searched: `rate > 1/s`: "],
    [
      ["--slo", "p99 < 1ms", "--from", "9/s", "--to", "1/s", "--phase", "other"],
      "`from` must be below `to`",
    ],
    [[], "missing required argument: slo"],
  ])("%j: one sentence, and nothing is run", async (words, sentence) => {
    const bench = makeBench();
    const { code, stdout, stderr } = await assay(
      ["find", scenario(bench), ...TARGET, ...words],
      bench,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(existsSync(bench.results)).toBe(false);
  });
});

const SEARCHES = (find: string) =>
  `  - { name: knee, queueDepth: 4, find: { ${find} }, duration: 200ms }\n`;

describe("a search that does not come to its end", { tags: ["system"] }, () => {
  it("keeps what was measured when it is interrupted", async () => {
    const bench = makeBench();
    const path = scenario(bench, SEARCHES("slo: p99 < 1s, from: 10/s, to: 1000/s"));
    const args = ["run", path, ...TARGET, "--set", "phases.other.duration=10ms"];
    const going = startAssay(args, bench);
    const points = () => storedRun(bench.results)?.searches?.[0]?.points.length ?? 0;
    await until("two points", () => points() >= 2, going);
    going.send("SIGINT");
    const { code } = await going.ended;
    expect(code).toBe(130);
    const { state, searches = [] } = onlyRun(bench.results);
    expect(state).toBe("partial");
    expect(searches[0]).toMatchObject({ ended: "interrupted", best: null });
    expect(searches[0]?.reason).toMatch(/^interrupted in phase knee\[rate=/);
    expect(searches[0]?.points.every(({ met }) => met !== null)).toBe(true);
  });

  it("ends with the reason of the point that failed", async () => {
    const bench = makeBench();
    const path = scenario(bench, SEARCHES("slo: p99 < 1s"));
    const args = ["run", path, "-q", "-t", "synthetic:latency=1ms,errorEvery=1"];
    const only = ["--set", "phases.read.find={ slo: p99 < 1s, by: queueDepth }"];
    const held = ["--set", "phases.read.thresholds=[]", "--set", "phases.read.queueDepth=1"];
    const { code, stderr } = await assay([...args, ...held, ...only], bench);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^failed: read\[queueDepth=1\]: every operation failed/);
    const [search] = onlyRun(bench.results).searches ?? [];
    expect(search).toMatchObject({ ended: "failed", points: [], best: null });
    expect(search?.reason).toMatch(/^read\[queueDepth=1\]: every operation failed/);
  });
});
