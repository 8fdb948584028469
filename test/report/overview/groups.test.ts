import { describe, expect, test } from "vitest";
import { sameWork } from "../../../src/metrics/difference/same-work.ts";
import { trendsOf } from "../../../src/metrics/series/run-trend.ts";
import type { Run, Warning } from "../../../src/model/run/run.ts";
import { overviewReport } from "../../../src/report/overview/overview.ts";
import { type Chart, plain, type Table } from "../../../src/report/parts/document.ts";
import type { Document } from "../../../src/report/report.ts";
import { BUCKET, VOLUME } from "../fixture.ts";
import { night } from "./nights.ts";

/** Eight runs on one instance. */
const NIGHTS = Array.from({ length: 8 }, (_, at) =>
  withTarget({ instance: { type: "m6i.large" } })(night(at, 1, null)),
);

/** The runs, every second of them changed. */
function alternating(change: (run: Run) => Run): readonly Run[] {
  return NIGHTS.map((run, at) => (at % 2 === 0 ? run : change(run)));
}

/** The runs, the later half of them changed. */
function changedOnce(change: (run: Run) => Run): readonly Run[] {
  return NIGHTS.map((run, at) => (at < 4 ? run : change(run)));
}

function withTarget(change: Partial<Run["target"]>): (run: Run) => Run {
  return (run) => ({ ...run, target: { ...run.target, ...change } });
}

function withEnvironment(change: Partial<Run["environment"]>): (run: Run) => Run {
  return (run) => ({ ...run, environment: { ...run.environment, ...change } });
}

/** Another plan of the same scenario. */
function withPlan(run: Run): Run {
  const [phase, ...others] = run.plan.phases;
  if (phase === undefined) throw new Error("no phase");
  const phases = [{ ...phase, queueDepth: 64 }, ...others];
  return { ...run, planHash: "b".repeat(64), plan: { ...run.plan, phases } };
}

const bucket = (change: object): Partial<Run["target"]> => ({
  ...BUCKET,
  name: VOLUME.name,
  address: { ...BUCKET.address, ...change } as Run["target"]["address"],
});

/** Changes after which a run is other work or has another target, however often they come. */
const OTHER_WORK: Readonly<Record<string, (run: Run) => Run>> = {
  plan: withPlan,
  "target name": withTarget({ name: "other" }),
  "target kind": withTarget({ kind: "ebs-gp2" }),
  emulation: withTarget({ emulated: { scale: 1 } }),
  path: withTarget({ address: { kind: "path", path: "/mnt/other" } }),
  device: withTarget({ address: { kind: "device", path: "/dev/nvme1n1", writable: false } }),
  memory: withTarget({ address: { kind: "memory", synthetic: null } }),
  bucket: withTarget(bucket({})),
};

/** Changes that a trend shows if they come once, and that separate runs if they alternate. */
const CHANGES: Readonly<Record<string, (run: Run) => Run>> = {
  "provisioned IOPS": withTarget({ provisioned: { ...VOLUME.provisioned, iops: 12_000 } }),
  "instance type": withTarget({ instance: { type: "m6a.4xlarge" } }),
  "number of CPUs": withEnvironment({ cpus: 16 }),
  memory: withEnvironment({ memoryBytes: 64 * 2 ** 30 }),
};

function overviewOf(runs: readonly Run[]): Document {
  return overviewReport(runs.map((run) => ({ run, page: null })));
}

function chartsOf({ view = [] }: Document): readonly Chart[] {
  return view.filter((block) => block.kind === "chart");
}

function tableOf({ sections }: Document): Table {
  const table = sections[0]?.blocks.find((block) => block.kind === "table");
  if (table?.kind !== "table") throw new Error("no table");
  return table;
}

describe.each(Object.entries(OTHER_WORK))("runs that differ in %s", (_, change) => {
  test.each([
    ["alternating", alternating(change)],
    ["changed once", changedOnce(change)],
  ])("have separate trends, rows and names: %s", (_, runs) => {
    expect(sameWork(runs).map(({ length }) => length)).toEqual([4, 4]);
    const document = overviewOf(runs);
    const titles = chartsOf(document).map(({ title }) => plain(title));
    expect(titles).toHaveLength(2);
    expect(new Set(titles).size).toBe(2);
    const { rows } = tableOf(document);
    const named = rows.flatMap(([scenario, target], at) =>
      plain(scenario?.text ?? "") === "" ? [] : [[at, scenario?.text, target?.text]],
    );
    expect(named.map(([at]) => at)).toEqual([0, 4]);
    expect(new Set(named.map((names) => JSON.stringify(names.slice(1)))).size).toBe(2);
  });
});

describe.each(Object.entries(CHANGES))("runs that differ in %s", (_, change) => {
  test("are one trend if it changed once", () => {
    expect(sameWork(changedOnce(change)).map(({ length }) => length)).toEqual([8]);
  });

  test("are separate trends with different names if it alternates", () => {
    const runs = alternating(change);
    expect(sameWork(runs).map(({ length }) => length)).toEqual([4, 4]);
    const titles = chartsOf(overviewOf(runs)).map(({ title }) => plain(title));
    expect(new Set(titles).size).toBe(2);
  });
});

test("runs are one trend if some do not know their instance", () => {
  const { instance: _, ...target } = NIGHTS[0]?.target ?? VOLUME;
  expect(sameWork(alternating((run) => ({ ...run, target })))).toHaveLength(1);
});

test("runs with another kernel are one trend, alternating or not", () => {
  const change = withEnvironment({ kernel: "6.13.0" });
  expect(sameWork(alternating(change))).toHaveLength(1);
  expect(sameWork(changedOnce(change))).toHaveLength(1);
});

test("buckets of one name differ by endpoint and prefix", () => {
  const first = withTarget(bucket({}));
  for (const change of [{ endpoint: "http://127.0.0.1:9100" }, { prefix: "other/" }]) {
    const runs = NIGHTS.map((run, at) => (at < 4 ? first(run) : withTarget(bucket(change))(run)));
    expect(sameWork(runs)).toHaveLength(2);
    const titles = chartsOf(overviewOf(runs)).map(({ title }) => plain(title));
    expect(new Set(titles).size).toBe(2);
  }
});

test("names stay short where nothing has to be distinguished", () => {
  const [first] = tableOf(overviewOf(NIGHTS)).rows;
  expect(first?.slice(0, 2).map(({ text }) => plain(text))).toEqual(["nightly", "gp3"]);
});

test("a page says in which fields the plans of a scenario differ", () => {
  const { sections, data } = overviewOf(changedOnce(withPlan));
  const list = sections[0]?.blocks.find((block) => block.kind === "list");
  if (list?.kind !== "list") throw new Error("no list");
  expect(list.items.map(plain)).toEqual([
    expect.stringMatching(
      /^nightly: the plans \w{6} and bbbbbb differ in phases\[read\]\.queueDepth \(4 and 64\)\.$/,
    ),
  ]);
  const keys = data?.columns.map(({ key }) => key) ?? [];
  const hashes = data?.rows.map((row) => row[keys.indexOf("plan_hash")]?.value);
  expect(new Set(hashes).size).toBe(2);
  expect(data?.rows[0]?.[keys.indexOf("target_location")]?.value).toBe("/mnt/gp3");
});

describe("a warning of other work", () => {
  const warned = (run: Run, code: string): Run => {
    const warnings: readonly Warning[] = [{ code, message: "Other work." }];
    return { ...run, phases: run.phases.map((phase) => ({ ...phase, warnings })) };
  };

  test("excludes runs if others do not have it", () => {
    const runs = NIGHTS.map((run, at) => (at === 2 ? warned(run, "served-from-cache") : run));
    const [trend] = sameWork(runs).flatMap(trendsOf);
    expect(trend?.runs.map(({ excludedBy }) => excludedBy.join())).toEqual([
      ...["", "", "served-from-cache", "", "", "", "", ""],
    ]);
    const [chart] = chartsOf(overviewOf(runs));
    expect(plain(chart?.reading ?? "")).toContain("Reads served from the page cache: 1 run.");
  });

  test("excludes none if all have it", () => {
    const runs = NIGHTS.map((run) => warned(run, "engine-fallback"));
    const [trend] = sameWork(runs).flatMap(trendsOf);
    expect(trend?.levels[0]?.runs).toBe(8);
  });
});
