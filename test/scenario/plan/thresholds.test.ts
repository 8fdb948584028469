import { describe, expect, it } from "vitest";
import { ENGINES } from "../../../src/engine/index.ts";
import { planDifferences } from "../../../src/metrics/difference/difference.ts";
import type { Plan } from "../../../src/model/plan/plan.ts";
import { NO_LIMITS } from "../../../src/model/target/host-limits.ts";
import { planHash } from "../../../src/scenario/plan/hash.ts";
import { unsupported } from "../../../src/scenario/preflight/preflight.ts";
import { parseTarget } from "../../../src/scenario/targets/targets.ts";
import { plan, problems } from "../support.ts";

const HOST = { engines: ENGINES, limits: NO_LIMITS };

const SCENARIO = `name: x
datasets: { data: { count: 1, size: 1MiB } }
defaults:
  thresholds: [errors == 0, sync.p99 < 5ms]
thresholds:
  - deep[queueDepth=4]: p99 < 9ms
  - deep: vs baseline, no
phases:
  - name: read
    operation: read
    access: random
    thresholds:
      - service.p99 < 10ms
      - vs baseline: p99 not slower
  - { name: write, operation: write, access: random, sync: { every: 1 } }
  - { name: deep, operation: stat, matrix: { queueDepth: [1, 4] } }
`;
const TEXT = SCENARIO.replace("  - deep: vs baseline, no\n", "  - deep: rate > 1/s\n");

function textsOf({ phases }: Plan): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    phases.map(({ name, thresholds = [] }) => [name, thresholds.map(({ text }) => text)]),
  );
}

describe("thresholds of a scenario", () => {
  it("are a phase's own, else those of the defaults that make sense, and any that name it", () => {
    expect(textsOf(plan(TEXT))).toEqual({
      read: ["service.p99 < 10ms", "vs baseline: p99 not slower"],
      write: ["errors == 0", "sync.p99 < 5ms"],
      "deep[queueDepth=1]": ["errors == 0", "rate > 1/s"],
      "deep[queueDepth=4]": ["errors == 0", "p99 < 9ms", "rate > 1/s"],
    });
  });

  it("know where they stand", () => {
    const { phases } = plan(TEXT);
    const places = phases.flatMap(({ thresholds = [] }) => thresholds.map(({ place }) => place));
    const lines = TEXT.split("\n");
    expect(places).toHaveLength(9);
    for (const place of places) expect(place?.file).toBe("a.yaml");
    expect(places[0]).toEqual({ file: "a.yaml", line: 13, column: 9 });
    expect(lines[(places[2]?.line ?? 1) - 1]?.slice((places[2]?.column ?? 1) - 1)).toMatch(
      /^errors/,
    );
  });

  it("are replaced by --set, for all phases or for one", () => {
    const forced = textsOf(plan(TEXT, { set: ["thresholds=[errors < 9, sync.p99 < 1s]"] }));
    expect(forced.read).toEqual(["errors < 9"]);
    expect(forced.write).toEqual(["errors < 9", "sync.p99 < 1s"]);
    const one = textsOf(plan(TEXT, { set: ["phases.read.thresholds=[]"] }));
    expect(one).toMatchObject({ read: [], write: ["errors == 0", "sync.p99 < 5ms"] });
  });

  it("are not part of the workload: neither of the hash nor of plan differences", () => {
    const without = plan(TEXT.replace(/^thresholds:\n( {2}- .*\n)+/m, ""), {
      set: ["thresholds=[]"],
    });
    expect(without.phases.flatMap(({ thresholds = [] }) => thresholds)).toEqual([]);
    expect(planHash(without)).toBe(planHash(plan(TEXT)));
    expect(planDifferences(without, plan(TEXT))).toEqual([]);
  });
});

/** The problems of a phase with one threshold, without their places. */
function misfits(phase: string, threshold: string): readonly string[] {
  const text = `name: x
datasets: { data: { count: 1, size: 1MiB } }
phases:
  - { name: p, access: random, ${phase}, thresholds: [${threshold}] }
`;
  return problems(text).map((line) => line.replace(/^a\.yaml:4:\d+: /, ""));
}

describe("a threshold on what its phase does not have", () => {
  it.each([
    ["operation: read", "write.p99 < 1ms", /the phase has no `write`; expected `read`$/],
    [
      "operation: read",
      "response.p99 < 1ms",
      /requires a phase with a `rate`; use `service` or add a `rate`$/,
    ],
    ["operation: read", "dropped == 0", /requires a phase with a `rate`; add a `rate`$/],
    ["operation: read", "backlog.max < 9", /requires a phase with a `rate`; add a `rate`$/],
    ["operation: write", "sync.p99 < 1ms", /this metric requires `sync` in the phase$/],
    [
      "operation: write",
      "firstByte.p50 < 1ms",
      /responses to `write` have no body, so there is no first byte/,
    ],
    [
      "mix: { read: 1, write: 1 }, sync: {}",
      "read.sync.p99 < 1s",
      /`read` is not synced; expected `write` or `create`$/,
    ],
  ])("%s: %s", (phase, threshold, sentence) => {
    const [found, ...others] = misfits(phase, threshold);
    expect(found).toMatch(sentence);
    expect(found).toContain(`\`${threshold}\``);
    expect(others).toEqual([]);
  });

  it("is none where the phase has a rate", () => {
    const rated = "operation: read, rate: 100/s";
    for (const text of ["response.p99 < 1ms", "dropped == 0", "unissued == 0", "late < 9"]) {
      expect(misfits(rated, text)).toEqual([]);
    }
  });
});

describe("a threshold that reaches nothing", () => {
  it("is one of defaults that no phase has no, or of a phase that is not there", () => {
    const text = TEXT.replace(", sync: { every: 1 }", "").replace("- deep:", "- depe:");
    expect(problems(text)).toEqual([
      "a.yaml:4:29: `sync.p99 < 5ms`: this metric requires `sync` in the phase",
      "a.yaml:7:5: unknown phase `depe`; expected one of `read`, `write`, " +
        "`deep[queueDepth=1]`, `deep[queueDepth=4]`",
    ]);
    expect(problems(SCENARIO)).toEqual([
      "a.yaml:7:5: entry 2 of `thresholds`: expected a text such as " +
        "`vs baseline: p99 not slower` or `vs baseline: rate not lower than 95%`, got `, no`",
    ]);
    expect(problems(TEXT.replace("- deep: rate", "- rate"))).toEqual([
      "a.yaml:7:5: entry 2 of `thresholds`: expected a phase before the threshold, " +
        "such as `random-read: errors == 0`, got `rate > 1/s`",
    ]);
    const moves = TEXT.replace("- deep: rate > 1/s", "- deep: mb_per_s > 1");
    expect(problems(moves)).toEqual([
      "a.yaml:7:5: `mb_per_s > 1`: `stat` transfers no data; expected `rate`",
    ]);
  });

  it("is reported before the run if it depends on the target", () => {
    const text = `name: x
datasets: { data: { count: 1, size: 1MiB } }
phases: [{ name: p, operation: fetch, thresholds: [firstByte.p50 < 1s] }]
`;
    const found = unsupported(plan(text), parseTarget("/tmp", {}, {}), HOST);
    expect(found).toEqual([
      {
        phase: "p",
        reason:
          "threshold `firstByte.p50 < 1s`: the sync engine does not measure the first byte; " +
          "remove the threshold",
        byTarget: false,
      },
    ]);
    expect(unsupported(plan(text), parseTarget("s3://bucket", {}, {}), HOST)).toEqual([]);
  });
});
