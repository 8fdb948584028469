import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { UsageError } from "../../../src/model/fault/errors.ts";
import type { SearchResult } from "../../../src/model/plan/search.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { givenWarning } from "../../../src/model/run/warning.ts";
import { JOURNAL_FILE } from "../../../src/run/store/journal.ts";
import { listHeadings, readRun } from "../../../src/run/store/read.ts";
import { RunStore } from "../../../src/run/store/store.ts";
import { scratch } from "../../storage/support.ts";
import { labelsOf } from "../labels.ts";

const EXAMPLES = fileURLToPath(new URL("../../../results/examples/", import.meta.url));
const EXAMPLE =
  readdirSync(EXAMPLES).find((name) => name.includes("queue-depth-sweep-local")) ?? "";
const COMPLETE: Run = JSON.parse(readFileSync(join(EXAMPLES, EXAMPLE, "run.json"), "utf8"));
const { id: ID } = COMPLETE;

afterEach(() => void vi.useRealTimers());

/** A run in progress with its first phases. */
function runOf(phases: number, more: Partial<Run> = {}): Run {
  const { thresholds: _, ...run } = { ...COMPLETE, phases: COMPLETE.phases.slice(0, phases) };
  return { ...run, state: "running", endedAt: null, ...more };
}

/** A store with the run before its first phase; the clock stands still. */
function begun(): { readonly results: string; readonly folder: string; readonly store: RunStore } {
  vi.useFakeTimers({ toFake: ["performance"] });
  const results = scratch();
  const store = new RunStore(results, labelsOf(ID));
  store.save(runOf(0));
  return { results, folder: store.folder, store };
}

function phasesIn(path: string): number {
  return JSON.parse(readFileSync(path, "utf8")).phases.length;
}

const filesIn = (folder: string) => readdirSync(folder).filter((name) => !/^reserve/.test(name));

describe("the results of phases that end within a second", () => {
  test("are in the journal, and read with run.json", async () => {
    const { results, folder, store } = begun();
    for (const phases of [1, 2, 3]) store.keep(runOf(phases));
    expect(phasesIn(join(folder, "run.json"))).toBe(0);
    const stored = await readRun(ID, results);
    expect(stored.run).toEqual((await readRun(folder, "")).run);
    expect(stored.run.phases).toEqual(runOf(3).phases);
    const { runs, unreadable } = await listHeadings(results);
    expect([runs[0]?.run.phases.length, unreadable]).toEqual([3, []]);
    store.close();
  });

  test("are in run.json a second later, before a long phase and at the end", () => {
    const { folder, store } = begun();
    const path = join(folder, "run.json");
    const before = filesIn(folder);
    store.keep(runOf(1));
    vi.advanceTimersByTime(1000);
    store.keep(runOf(2));
    expect([phasesIn(path), filesIn(folder)]).toEqual([2, before]);
    store.keep(runOf(3));
    expect([phasesIn(path), filesIn(folder)]).toEqual([2, [...before, JOURNAL_FILE].sort()]);
    store.flush();
    expect([phasesIn(path), filesIn(folder)]).toEqual([3, before]);
    store.keep(runOf(4));
    store.save(runOf(4, { state: "complete" }));
    store.close();
    expect([phasesIn(path), readdirSync(folder)]).toEqual([4, before]);
  });

  test("are in run.json if there is a new warning", () => {
    const { folder, store } = begun();
    const warning = givenWarning("target", "The target is slow.");
    store.keep(runOf(1, { warnings: [...COMPLETE.warnings, warning] }));
    expect(phasesIn(join(folder, "run.json"))).toBe(1);
    store.close();
  });

  test("are removed with a run that is not stored", () => {
    const { folder, store } = begun();
    store.keep(runOf(1));
    store.discard();
    store.close();
    expect(existsSync(folder)).toBe(false);
  });
});

describe("the points of a search", () => {
  const search = (points: number, more: Partial<SearchResult> = {}): SearchResult => ({
    ...{ phase: "knee", repetition: 1, operations: ["read"], slo: ["p99 < 1s"], by: "rate" },
    ...{ wants: "most", precisionShare: 0.05, capacityPerSecond: null, best: null, ended: null },
    reason: null,
    points: Array.from({ length: points }, (_, at) => ({
      ...{ value: at + 1, phase: `read-${at + 1}`, repetition: 1, role: "bracket", met: true },
      ...{ offeredPerSecond: null, achievedPerSecond: 1, misses: [], measured: [1] },
      ...{ responseP50Ns: 1, responseP99Ns: 1, serviceP50Ns: 1, serviceP99Ns: 1 },
    })),
    ...more,
  });
  const STATES: readonly Partial<Run>[] = [
    { searches: [search(1)] },
    { searches: [search(1, { capacityPerSecond: 7 })] },
    { searches: [search(1, { capacityPerSecond: 7, ended: "never met" })] },
  ];

  test("are read in their last state", async () => {
    const { folder, store } = begun();
    store.keep(runOf(1));
    for (const state of STATES) {
      store.keep(runOf(1, state));
      expect((await readRun(folder, "")).run.searches).toEqual(state.searches);
    }
    store.close();
  });

  test("of a journal older than run.json change nothing", async () => {
    const { folder, store } = begun();
    const journal = join(folder, JOURNAL_FILE);
    for (const state of [{}, ...STATES]) {
      store.keep(runOf(1, state));
      const text = readFileSync(journal, "utf8");
      store.flush();
      // A kill between the two leaves both.
      writeFileSync(journal, text);
      expect((await readRun(folder, "")).run).toEqual(runOf(1, state));
      rmSync(journal);
    }
    store.close();
  });
});

describe("a damaged journal", () => {
  test("without the end of its last line has the lines before it", async () => {
    const { folder, store } = begun();
    store.keep(runOf(1));
    store.keep(runOf(2));
    store.close();
    const path = join(folder, JOURNAL_FILE);
    const whole = readFileSync(path, "utf8");
    const first = whole.indexOf("\n") + 1;
    for (const length of [first - 1, first, first + 1, whole.length - 1, whole.length]) {
      writeFileSync(path, whole.slice(0, length));
      const { phases } = (await readRun(folder, "")).run;
      expect(phases).toHaveLength([first, whole.length].filter((end) => end <= length).length);
    }
  });

  test.each(['{"step":', "null", '{"step":1}', '{"step":-1,"phase":{}}', '{"step":9,"at":1e9}'])(
    "with the line %s is invalid, and named",
    async (line) => {
      const { results, folder, store } = begun();
      store.keep(runOf(1));
      store.close();
      const path = join(folder, JOURNAL_FILE);
      writeFileSync(path, `${readFileSync(path, "utf8")}${line}\n`);
      await expect(readRun(folder, "")).rejects.toThrow(UsageError);
      await expect(readRun(folder, "")).rejects.toThrow(`${path}:2: expected a result of a phase`);
      const { unreadable } = await listHeadings(results);
      expect(unreadable.map(({ name }) => name)).toEqual([ID]);
    },
  );

  test("with a result that is not one is named with run.json", async () => {
    const { folder, store } = begun();
    writeFileSync(join(folder, JOURNAL_FILE), '{"step":1,"phase":{"state":"gone"}}\n');
    store.close();
    const problem = `run.json with ${JOURNAL_FILE}: phases[0]`;
    await expect(readRun(folder, "")).rejects.toThrow(problem);
  });
});

describe("a journal", () => {
  test("next to a run that ended is not read", async () => {
    const { folder, store } = begun();
    store.save(runOf(2, { state: "complete" }));
    store.close();
    writeFileSync(join(folder, JOURNAL_FILE), "not ours\n");
    expect((await readRun(folder, "")).run.phases).toHaveLength(2);
  });

  test.each(["before", "after"])("that another program put there %s is left alone", (when) => {
    const { folder, store } = begun();
    const path = join(folder, JOURNAL_FILE);
    if (when === "after") {
      store.keep(runOf(1));
      rmSync(path);
    }
    writeFileSync(path, "theirs");
    store.keep(runOf(2));
    store.keep(runOf(3));
    expect(phasesIn(join(folder, "run.json"))).toBe(3);
    store.close();
    expect([readFileSync(path, "utf8"), store.failure]).toEqual(["theirs", null]);
  });

  test("in a folder that was removed ends the run, with all results stored again", () => {
    const { folder, store } = begun();
    store.keep(runOf(1));
    rmSync(folder, { recursive: true });
    store.keep(runOf(2));
    expect(store.failure?.message).toContain("removed during the run");
    store.close();
    expect(phasesIn(join(folder, "run.json"))).toBe(2);
    expect(readdirSync(folder)).not.toContain(JOURNAL_FILE);
  });
});
