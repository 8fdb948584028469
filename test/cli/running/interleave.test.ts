// @module-tag system
import { describe, expect, it } from "vitest";
import { turnsOf } from "../../../src/cli/running/interleave.ts";
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

describe("assay compare --interleave", () => {
  it("takes turns, stores every run and compares them pooled", async () => {
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
        "3 rounds are fewer than the 6 that a test of all numbers needs, so some or all of them " +
        "cannot be told apart\n",
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

  it("shows a difference where there is one, with as many rounds as that takes", async () => {
    const bench = makeBench();
    const scenario = bench.scenario("a", reads("small", "4KiB", "200ms"));
    const targets = ["-t", "synthetic:latency=1ms", "-t", "synthetic:latency=10ms"];
    const csv = ["--format", "csv", "-q"];
    const found = await assay(["compare", "--interleave", scenario, ...targets, ...csv], bench);
    expect(found).toMatchObject({ code: 0, stderr: "" });
    expect(runIds(bench.results)).toHaveLength(12);
    const [header = "", , second = ""] = found.stdout.split("\n");
    const value = (key: string): string => second.split(",")[header.split(",").indexOf(key)] ?? "";
    expect(value("operations_per_second_shown")).toBe("slower");
    expect(Number(value("operations_per_second_p"))).toBeCloseTo(2 / 924, 10);
    expect(Number(value("operations_per_second_ratio"))).toBeGreaterThan(0);
    expect(Number(value("operations_per_second_ratio"))).toBeLessThan(0.5);
    expect(value("operations_per_second_superiority")).toBe("0");
  });

  it("ends all rounds at the first signal and keeps what was measured", {
    tags: ["system"],
  }, async () => {
    const bench = makeBench();
    const [a, b] = [
      bench.scenario("a", reads("small", "4KiB", "20s")),
      bench.scenario("b", reads("large", "8KiB")),
    ];
    const going = startAssay(["compare", "--interleave", a, b, "-t", bench.target], bench);
    await until("an interval was measured", () => /repetition 1/.test(going.stderr()), going);
    going.send("SIGINT");
    const { code, stdout, stderr } = await going.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toMatch(/not compared: [01] of 12 runs are stored/);
    expect(names(bench)).toEqual(["A"]);
    expect(storedRun(bench.results)?.state).toBe("partial");
  });
});

describe("what --interleave refuses", () => {
  it.each([
    [["--interleave", "A", "-t", "null:"], /takes turns, which needs two/],
    [["--interleave", "A", "A", "-t", "null:"], /small on null was given twice/],
    [["--interleave", "A", "B"], /name a target/],
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

it("every second round goes backwards", () => {
  expect(turnsOf(["A", "B"], 3).join("")).toBe("ABBAAB");
  expect(turnsOf(["A", "B", "C"], 2).join("")).toBe("ABCCBA");
});
