import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { HostRates } from "../../../src/metrics/series/series.ts";
import type { HostRecord, PhaseHost } from "../../../src/model/run/hosts.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { draw, NARROW_PX, WIDE_PX } from "../../../src/report/chart/draw.ts";
import { type Chart, plain } from "../../../src/report/parts/document.ts";
import type { HostsFigure } from "../../../src/report/parts/figure.ts";
import { hostNotices, hostsChart } from "../../../src/report/run/view/hosts.ts";
import { readHostRates } from "../../../src/run/store/read-host-rates.ts";
import { single } from "../cases.ts";
import { VOLUME } from "../fixture.ts";

/** Rates of three hosts per second: the third has 40% of the median, and is lost after 3 s. */
const RATES: readonly (readonly (number | null)[])[] = [
  [1000, 1010, 990, 1000, 1000],
  [1100, 1100, 1100, 1100, 1100],
  [400, 400, 400, null, null],
];
const MEANS = [1000, 1100, 400];

function hostsOf(count: number): Run {
  const base = single(VOLUME);
  const [phase] = base.phases;
  if (phase === undefined) throw new Error("no phase");
  const hosts = MEANS.slice(0, count).map((operationsPerSecond, rank) => {
    const reason = rank === 2 ? "lost after 3 s" : null;
    return { rank, operationsPerSecond, bytesPerSecond: 4096 * operationsPerSecond, reason };
  }) as unknown as readonly PhaseHost[];
  const records = hosts.map(({ rank }) => ({ rank, name: `node-${rank}`, reason: null }));
  const all = records as unknown as readonly HostRecord[];
  return { ...base, hosts: all, phases: [{ ...phase, hosts }] };
}

function ratesOf(run: Run): readonly HostRates[] {
  const [{ phase, repetition } = { phase: { name: "" }, repetition: 1 }] = run.phases;
  return RATES.map((operationsPerSecond, rank) => {
    const bytesPerSecond = operationsPerSecond.map((one) => (one === null ? null : one * 4096));
    return { phase: phase.name, repetition, rank, operationsPerSecond, bytesPerSecond, widthS: 1 };
  });
}

function chartOf(run: Run, rates = ratesOf(run)): Chart | null {
  const [result] = run.phases;
  return result === undefined ? null : hostsChart(run, result, rates);
}

function figureOf(chart: Chart | null): HostsFigure {
  if (chart?.figure.kind !== "hosts") throw new Error("no chart of hosts");
  return chart.figure;
}

describe("the rate of each host", () => {
  const chart = chartOf(hostsOf(3));

  test("is drawn against the median host, the slowest first", () => {
    const { hosts, median, unit } = figureOf(chart);
    expect(unit).toBe("ops/s");
    expect(hosts.map(({ values }) => values)).toEqual([RATES[2], RATES[0], RATES[1]]);
    expect(hosts.map(({ isUneven }) => isUneven)).toEqual([true, false, false]);
    expect(hosts[0]).toMatchObject({ rate: "400 ops/s", share: "40% of median" });
    expect(hosts[0]?.text).toContain("lost after 3 s");
    // With an even number of hosts, the slower one of the middle.
    expect(median.slice(0, 3)).toEqual([1000, 1010, 990]);
    for (const one of median.slice(3)) expect([1000, 1050]).toContain(one);
    expect(plain(chart?.reading ?? "")).toMatch(/with 40% of the median host\. ✕: 1 host has less/);
  });

  test("has equal axes: heights in all pictures are in the ratio of the rates", () => {
    const names = { id: "hosts", title: "hosts", description: "" };
    for (const width of [WIDE_PX, NARROW_PX]) {
      const svg = draw(figureOf(chart), width, names);
      const zero = [...svg.matchAll(/<(?:line|path)[^>]*class="s-grid"[^>]*>/g)];
      expect(zero.length).toBeGreaterThanOrEqual(3);
      const paths = [...svg.matchAll(/d="M([\d.]+),([\d.]+)L([^"]*)"[^>]*class="s-rate"/g)];
      expect(paths).toHaveLength(3);
      // The lost host ends early: 3 of 5 places.
      expect(paths.map(([, , , rest]) => rest?.split("L").length)).toEqual([2, 4, 4]);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      expect(svg).toContain("node-2");
      expect(svg).toContain(`✕ ${width === WIDE_PX ? "400 ops/s, " : ""}40% of median`);
    }
  });

  test("has no chart for one host, or without stored intervals of the hosts", () => {
    expect(chartOf(hostsOf(1))).toBeNull();
    expect(chartOf(hostsOf(3), [])).toBeNull();
  });
});

test("notices name hosts that are incomplete, uneven, or started apart", () => {
  const run = hostsOf(3);
  const hosts = (run.hosts ?? []).map((one) => ({
    ...one,
    state: one.rank === 2 ? ("partial" as const) : ("complete" as const),
    reason: one.rank === 2 ? "lost after 3 s" : null,
  }));
  const start = { spreadNs: 2e9, clockBoundNs: 1e5, firstDoneNs: 1e10, lastDoneNs: 1e10 };
  const phases = run.phases.map((one) => ({ ...one, start: { ...start, rotation: 0 } }));
  const texts = hostNotices({ ...run, hosts, phases }).map(({ text }) => plain(text));
  expect(texts).toEqual([
    "Incomplete hosts (1 of 3): node-2 (lost after 3 s).",
    "Uneven hosts: node-2 has 40% of the median host's rate in read.",
    "The hosts started up to 2.00 s apart in read.",
  ]);
  const even = hostsOf(2);
  const complete = (even.hosts ?? []).map((one) => ({ ...one, state: "complete" as const }));
  expect(hostNotices({ ...even, hosts: complete })).toEqual([]);
  expect(hostNotices(single(VOLUME))).toEqual([]);
});

describe("rates of hosts from their stored intervals", () => {
  const folder = mkdtempSync(join(tmpdir(), "hosts-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = hostsOf(3);
  const phase = run.phases[0]?.phase.name ?? "";

  test("have the sums of each host, in order of rank", () => {
    const header =
      "phase,repetition,operation,interval,from_s,width_s,operations,bytes,errors,throttled";
    for (const [rank, name] of [
      [10, "10-node"],
      [2, "2-node"],
    ] as const) {
      mkdirSync(join(folder, "hosts", name), { recursive: true });
      const rows = [0, 1, 2].map((at) =>
        [phase, 1, "read", at, at, 1, (at + 1) * rank, 4096 * rank, 0, 0].join(","),
      );
      writeFileSync(join(folder, "hosts", name, "intervals.csv"), [header, ...rows, ""].join("\n"));
    }
    mkdirSync(join(folder, "hosts", "3-without-files"));
    const found = readHostRates(folder, run);
    expect(found.map(({ rank }) => rank)).toEqual([2, 10]);
    expect(found[0]?.operationsPerSecond.slice(0, 4)).toEqual([2, 4, 6, null]);
    expect(found[1]?.operationsPerSecond.slice(0, 4)).toEqual([10, 20, 30, null]);
  });

  test("are empty without directories of hosts", () => {
    expect(readHostRates(join(folder, "none"), run)).toEqual([]);
  });
});
