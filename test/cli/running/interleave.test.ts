// @module-tag system
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runOrder } from "../../../src/cli/running/interleave.ts";
import { assay, runIds, startAssay, storedRun, until } from "../assay.ts";
import { type Bench, makeBench } from "../bench.ts";

function reads(name: string, blockSize: string, duration = "200ms"): string {
  return [
    `name: ${name}`,
    "datasets: { data: { count: 2, size: 64KiB } }",
    "defaults: { workers: 1, warmup: 0s, cache: warm }",
    "phases:",
    `  - { name: read, operation: read, access: random, blockSize: ${blockSize}, ` +
      `duration: ${duration} }`,
    "",
  ].join("\n");
}

function names(bench: Bench): readonly string[] {
  return runIds(bench.results).map((id) => (id.includes("small") ? "A" : "B"));
}

const SLOWER = expect.stringMatching(
  /^--fail-on slower: small, read: operations slower than on .+, ratio 0\.\d+x; \d more are/,
);

describe("assay compare --interleave", () => {
  it("alternates the sides, stores every run and compares them pooled", async () => {
    const bench = makeBench();
    const [a, b] = [
      bench.scenario("a", reads("small", "4KiB")),
      bench.scenario("b", reads("large", "64KiB")),
    ];
    const slow = "synthetic:latency=1ms";
    const { code, stdout, stderr } = await assay(
      ["compare", "--interleave", a, b, "-t", slow, "--rounds", "3", "-q"],
      bench,
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        "3 rounds are too few: significance tests of all metrics need 6, so differences may not " +
        "be significant\n",
    });
    expect(runIds(bench.results)).toHaveLength(6);
    expect(stdout).toContain(
      "Differences between the plans: phases[read].blockBytes (4096 and 65536).",
    );
    expect(stdout).toMatch(
      /Order of the small \/ large runs: A B B A A B \(A is small, B is large\)\./,
    );
    expect(stdout).toContain("Medians of 3 repetitions.");
    const ids = runIds(bench.results);
    const small = ids.filter((id) => id.includes("small"));
    const again = ["compare", "--across", ...small, ...ids.filter((id) => !small.includes(id))];
    expect(await assay(again, bench)).toMatchObject({ code: 0, stdout });
  });

  it("finds a difference significant, with as many rounds as that needs", async () => {
    const bench = makeBench();
    const scenario = bench.scenario("a", reads("small", "4KiB", "200ms"));
    const targets = ["-t", "synthetic:latency=1ms", "-t", "synthetic:latency=10ms"];
    const csv = ["--format", "csv", "-q", "--fail-on", "slower"];
    const found = await assay(["compare", "--interleave", scenario, ...targets, ...csv], bench);
    expect(found).toMatchObject({ code: 99, stderr: SLOWER });
    expect(runIds(bench.results)).toHaveLength(12);
    const [header = "", , second = ""] = found.stdout.split("\n");
    const value = (key: string): string => second.split(",")[header.split(",").indexOf(key)] ?? "";
    expect(value("operations_per_second_shown")).toBe("slower");
    expect(Number(value("operations_per_second_p"))).toBeCloseTo(2 / 924, 10);
    expect(Number(value("operations_per_second_ratio"))).toBeGreaterThan(0);
    expect(Number(value("operations_per_second_ratio"))).toBeLessThan(0.5);
    expect(value("operations_per_second_superiority")).toBe("0");
  });

  it("ends all rounds at the first signal and keeps the results", {
    tags: ["system"],
  }, async () => {
    const bench = makeBench();
    const [a, b] = [
      bench.scenario("a", reads("small", "4KiB", "20s")),
      bench.scenario("b", reads("large", "8KiB")),
    ];
    const going = startAssay(["compare", "--interleave", a, b, "-t", bench.target], bench);
    await until("an interval was measured", () => /load started/.test(going.stderr()), going);
    going.send("SIGINT");
    const { code, stdout, stderr } = await going.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toMatch(/not compared: [01] of 12 runs are stored/);
    expect(names(bench)).toEqual(["A"]);
    expect(storedRun(bench.results)?.state).toBe("partial");
  });
});

describe("assay compare --fail-on", () => {
  it("exits with 99 for --fail-on slower only if the second column is slower", async () => {
    const bench = makeBench();
    const scenario = bench.scenario("a", reads("small", "4KiB", "500ms"));
    const targets = ["-t", "synthetic:latency=1ms", "-t", "synthetic:latency=100ms"];
    const gate = ["--fail-on", "slower"];
    const interleaved = ["compare", "--interleave", scenario, ...targets, "--rounds", "1", "-q"];
    expect(await assay(interleaved, bench)).toMatchObject({ code: 0 });
    const startOf = (id: string): string =>
      JSON.parse(readFileSync(join(bench.results, id, "run.json"), "utf8")).startedAt;
    const byStart = (a: string, b: string): number => startOf(a).localeCompare(startOf(b));
    const [fast = "", slow = ""] = [...runIds(bench.results)].sort(byStart);
    const compare = (...args: readonly string[]) => assay(["compare", ...args], bench);
    expect(await compare(fast, slow, ...gate)).toMatchObject({ code: 99, stderr: SLOWER });
    expect(await compare(slow, fast, ...gate)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^--fail-on slower: 1 repetition is too few for a rank test/),
    });
    expect(await compare(fast, slow)).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("what --interleave refuses", () => {
  it.each([
    [
      ["--interleave", "A", "-t", "null:"],
      /--interleave needs at least two scenarios on one target/,
    ],
    [["--interleave", "A", "A", "-t", "null:"], /small on null is given twice; compare different/],
    [["--interleave", "A", "B"], /^no target: name a directory, device or bucket/m],
    [
      ["--interleave", "A", "B", "-t", "null:", "--rounds", "0"],
      /--rounds: expected a whole number from 1 to 99999, got `0`/,
    ],
    [
      ["--interleave", "A", "B", "-t", "null:", "--pool"],
      /--pool applies to stored runs, not to --interleave/,
    ],
    [["A", "B", "--rounds", "4"], /--rounds requires --interleave; add --interleave/],
    [["A", "B", "-t", "null:"], /--target requires --interleave; add --interleave/],
  ])("%j", async (args, sentence) => {
    const bench = makeBench();
    const paths = {
      A: bench.scenario("a", reads("small", "4KiB")),
      B: bench.scenario("b", reads("large", "8KiB")),
    };
    const given = args.map((one) => (one === "A" || one === "B" ? paths[one] : one));
    const { code, stdout, stderr } = await assay(["compare", ...given], bench);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(runIds(bench.results)).toEqual([]);
  });
});

it("reverses every second round", () => {
  expect(runOrder(["A", "B"], 3).join("")).toBe("ABBAAB");
  expect(runOrder(["A", "B", "C"], 2).join("")).toBe("ABCCBA");
});
