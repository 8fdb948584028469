import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import { workDifferences } from "../../../src/metrics/difference/difference.ts";
import { medianRepetition } from "../../../src/metrics/phase-result.ts";
import { ComparisonRefused, UsageError } from "../../../src/model/fault/errors.ts";
import type { HostRecord } from "../../../src/model/run/hosts.ts";
import type { RunState } from "../../../src/model/run/measurement.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { eight, failed, inTurns, mixed, repeated, single } from "../../report/cases.ts";
import {
  BUCKET,
  DIRECTORY,
  phasePlan,
  plan,
  result,
  summary,
  VOLUME,
} from "../../report/fixture.ts";

const STRICT = { force: false };

function cellsOf(runs: readonly Run[]): readonly (number | null)[] {
  const [scenario] = compareRuns(runs, STRICT).scenarios;
  return scenario?.rows[0]?.cells.map((cell) => cell.values.operations?.value ?? null) ?? [];
}

describe("compareRuns rejects", () => {
  test.each([
    [[], /at least two runs, got 0/],
    [[single()], /at least two runs, got 1/],
    [[single(), single()], /is given twice/],
    [[single(), mixed()], /no scenario in common: random-read .*mixed-70-30/],
  ])("%#", (runs, message) => {
    expect(() => compareRuns(runs, STRICT)).toThrow(UsageError);
    expect(() => compareRuns(runs, STRICT)).toThrow(message);
  });

  test("runs of different plans and names the fields that differ, unless forced", () => {
    const deep = phasePlan("read", { queueDepth: 32 });
    const other: Run = {
      ...single(BUCKET),
      plan: { ...plan("random-read", [deep]), title: "4 KiB random reads", seed: 7 },
      planHash: "another",
    };
    const runs = [single(DIRECTORY), other];
    expect(() => compareRuns(runs, STRICT)).toThrow(ComparisonRefused);
    expect(() => compareRuns(runs, STRICT)).toThrow(
      /differ in seed \(42 and 7\), phases\[read\]\.queueDepth \(4 and 32\)\. .*--force/,
    );
    const [scenario] = compareRuns(runs, { force: true }).scenarios;
    expect(scenario?.differentPlans).toContain("queueDepth");
  });

  test("runs of one plan on another number of hosts, and names the numbers", () => {
    const one = single(DIRECTORY);
    const hosts = [0, 1].map((rank) => ({ rank })) as unknown as readonly HostRecord[];
    const two: Run = { ...one, id: "two", planHash: "another", hosts };
    expect(() => compareRuns([one, two], STRICT)).toThrow(
      /have different plans: they differ in number of hosts \(1 and 2\)\. .*--force/,
    );
    const [scenario] = compareRuns([one, two], { force: true }).scenarios;
    expect(scenario?.differentPlans).toBe("number of hosts (1 and 2)");
    // One host in a list is one host.
    const listed: Run = { ...one, id: "listed", hosts: hosts.slice(0, 1) };
    expect(workDifferences(one, listed)).toEqual([]);
    const others = [two, { ...two, id: "again" }];
    const { leftOut } = compareRuns([one, ...others], STRICT);
    expect(leftOut[0]?.planDifferences).toBe("number of hosts (2 and 1)");
  });
});

describe("columns", () => {
  test("are targets, in the order of the runs", () => {
    const runs = [single(BUCKET), single(DIRECTORY)];
    expect(compareRuns(runs, STRICT).labels).toEqual(["minio", "local"]);
  });

  test("are run ids for two runs on one target", () => {
    const again = { ...single(), id: "again" };
    expect(compareRuns([single(), again], STRICT).labels).toEqual([single().id, "again"]);
  });

  test("are numbered if several scenarios ran twice on one target", () => {
    const small = failed();
    const runs = [single(), { ...single(), id: "b" }, small, { ...small, id: "c" }];
    expect(compareRuns(runs, STRICT).labels).toEqual([
      "gp3 (run 1)",
      "gp3 (run 2)",
      "local (run 1)",
      "local (run 2)",
    ]);
  });
});

describe("rows", () => {
  test("are phases, each followed by the operations of its mix", () => {
    const other = { ...mixed(), id: "other", target: VOLUME };
    const [scenario] = compareRuns([mixed(), other], STRICT).scenarios;
    expect(scenario?.rows.map((row) => [row.phase, row.operation])).toEqual([
      ["mix", "all"],
      ["mix", "read"],
      ["mix", "write"],
    ]);
  });

  test("have medians over complete repetitions and the repetition that is the median", () => {
    const once = { ...single(DIRECTORY), plan: repeated().plan };
    expect(cellsOf([once, repeated()])).toEqual([5987.4, 6010]);
    const [scenario] = compareRuns([once, repeated()], STRICT).scenarios;
    expect(scenario?.rows[0]?.cells[1]).toMatchObject({
      repetition: 1,
      repetitions: 4,
      compared: 3,
      values: { operations: { samples: [6010, 5870, 6102] }, p50: { value: 810_000 } },
    });
  });

  test("give the reason for a missing value", () => {
    const other = { ...failed(), id: "other", target: BUCKET };
    const [scenario] = compareRuns([failed(), other], STRICT).scenarios;
    const reasons = scenario?.rows.map((row) => row.cells[0]?.absent);
    expect(reasons).toEqual([
      null,
      "all 100 operations failed",
      "the phase has no measurement: worker 1 ended: out of memory",
      "the run ended before this phase: worker 1 ended: out of memory",
    ]);
    expect(scenario?.rows[1]?.cells[0]?.values).toEqual({});
    const states = scenario?.runs.flatMap(({ runs }) => runs.map((run) => run.state));
    expect(states).toEqual(["failed", "failed"]);
  });
});

describe("pooled columns", () => {
  const at = (id: string, startedAt: string, target = VOLUME): Run => ({
    ...single(target),
    id,
    startedAt,
  });
  const other = { ...VOLUME, name: "io2" };
  const runs = [
    at("b1", "2026-11-20T10:01:00.000Z", other),
    at("a1", "2026-11-20T10:00:00.000Z"),
    at("b2", "2026-11-20T10:02:00.000Z", other),
    at("a2", "2026-11-20T10:03:00.000Z"),
  ];

  test("have the runs of one plan on one target, in the order they started", () => {
    const [scenario] = compareRuns(runs, { force: false, pool: true }).scenarios;
    expect(
      scenario?.runs.map((column) => [column.label, ...column.runs.map(({ id }) => id)]),
    ).toEqual([
      ["io2", "b1", "b2"],
      ["gp3", "a1", "a2"],
    ]);
    expect(scenario?.order).toBe("B A A B");
    expect(scenario?.rows[0]?.cells.map((cell) => cell.compared)).toEqual([2, 2]);
    expect(scenario?.rows[0]?.contrasts[1]?.operations).toMatchObject({
      ratio: 1,
      p: null,
      shown: null,
    });
  });

  test("are rejected if all runs have one plan and one target", () => {
    const alone = runs.filter(({ target }) => target.name === "gp3");
    expect(() => compareRuns(alone, { force: false, pool: true })).toThrow(
      /All 2 runs have the same plan of random-read on gp3, so --pool makes them one column/,
    );
  });

  test("of different scenarios are compared by the names of their phases", () => {
    const named = (name: string, phase: string, bytes: number): Run => {
      const planned = plan(name, [phasePlan(phase, { blockBytes: bytes })]);
      const measured = planned.phases.map((one) => result(one, [summary("all", 50, bytes, 1e6)]));
      return { ...single(), id: name, plan: planned, planHash: name, phases: measured };
    };
    const across = { force: false, across: true };
    const both = [named("small", "read", 4096), named("large", "read", 65_536)];
    const [scenario] = compareRuns(both, across).scenarios;
    expect(scenario?.runs.map(({ label }) => label)).toEqual(["small", "large"]);
    expect(scenario?.differentPlans).toBe("phases[read].blockBytes (4096 and 65536)");
    const apart = [named("small", "read", 4096), named("large", "get", 4096)];
    expect(() => compareRuns(apart, across)).toThrow(/no phase name in common \(read and get\)/);
  });
});

describe("tests", () => {
  test("throughput shares the test of operations if all operations have one size", () => {
    const runs = inTurns(eight(VOLUME, 1), eight({ ...VOLUME, name: "io2" }, 1.1));
    const compared = compareRuns(runs, { force: false, pool: true });
    // Operations, p50, p99, p99.9.
    const plausibleFactor = expect.closeTo(1.439, 3);
    expect(compared.testing).toEqual({ tests: 4, needed: 5, fewest: 8, most: 8, plausibleFactor });
    const column = compared.scenarios[0]?.rows[0]?.contrasts[1];
    expect(column?.operations).toMatchObject({ shown: "faster", superiority: 1 });
    expect(column?.operations?.p).toBeCloseTo(2 / 12_870, 12);
    expect(column?.operations?.adjustedP).toBeCloseTo((4 * 2) / 12_870, 12);
    expect(column?.bytes?.adjustedP).toBe(column?.operations?.adjustedP);
    expect(column?.p50).toMatchObject({ shown: "faster", superiority: 0 });
    expect(column?.p999).toMatchObject({ shown: null, superiority: 0.5 });
  });

  test("an interrupted phase is not tested", () => {
    const partial = (run: Run): Run => ({
      ...run,
      phases: run.phases.map((phase) => ({ ...phase, state: "partial" })),
    });
    const runs = [eight(VOLUME, 1), partial(eight({ ...VOLUME, name: "io2" }, 2))];
    const column = compareRuns(runs, { force: false }).scenarios[0]?.rows[0]?.contrasts[1];
    expect(column?.operations).toMatchObject({ p: null, adjustedP: null, shown: null });
  });
});

describe("median repetition", () => {
  const phase = phasePlan("read");
  const make = (rate: number, at: number, state: RunState = "complete") =>
    result(phase, [summary("all", rate, 4096, 1000)], { repetition: at + 1, state });

  test("has as many slower as faster ones, or one more slower of an even number", () => {
    const rates = fc.uniqueArray(fc.double({ min: 1, max: 1e6, noNaN: true }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(rates, (all) => {
        const median = medianRepetition(all.map((rate, at) => make(rate, at)));
        const middle = median?.summaries[0]?.operationsPerSecond ?? Number.NaN;
        const slower = all.filter((rate) => rate < middle).length;
        const faster = all.filter((rate) => rate > middle).length;
        expect(faster - slower).toBe(all.length % 2 === 0 ? 1 : 0);
      }),
    );
  });

  test("is a complete repetition if there is one", () => {
    const partial = make(1e9, 1, "partial");
    expect(medianRepetition([make(5, 0), partial])?.repetition).toBe(1);
    expect(medianRepetition([partial])?.repetition).toBe(2);
    expect(medianRepetition([])).toBeNull();
    expect(medianRepetition([result(phase, [])])).toBeNull();
  });
});
