// @module-tag system
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { JOURNAL_FILE } from "../../../src/run/store/journal.ts";
import { assay, intervalRows, onlyRun, runFolders, runIds, startAssay, until } from "../assay.ts";
import { makeBench, readsFor } from "../bench.ts";

it("kill -9 in phase 2: phase 1 is readable, the rest is removed by `assay clean`", async () => {
  const bench = makeBench();
  const path = bench.scenario("reads", readsFor(["200ms", "60s"]));
  const going = startAssay(["run", path, "-t", bench.target], bench);
  const inPhase2 = () => intervalRows(bench.results).some((row) => row.startsWith("read-2"));
  await until("a row of phase 2", inPhase2, going);
  going.send("SIGKILL");
  expect((await going.ended).signal).toBe("SIGKILL");

  const run = onlyRun(bench.results);
  expect(run.state).toBe("running");
  expect(run.phases.map(({ phase, state }) => [phase.name, state])).toEqual([
    ["read-1", "complete"],
  ]);
  const report = await assay(["report", run.id], bench);
  expect({ code: report.code, stderr: report.stderr }).toEqual({ code: 0, stderr: "" });
  expect(report.stdout).toMatch(/has not ended/);
  expect(report.stdout).toContain("read-1");
  const listed = await assay(["list", "-t", bench.target], bench);
  expect(listed.stdout).toMatch(new RegExp(`${run.id} .*not ended`));
  expect(listed.stdout).toMatch(new RegExp(`${run.id} +left behind`));

  // A new run works beside the leftovers, and warns of them.
  const next = await assay(["run", path, "-t", bench.target, "--set", "duration=100ms", "-q"], {
    cwd: bench.cwd,
  });
  expect(next.code).toBe(0);
  expect(next.stderr).toMatch(new RegExp(`run ${run.id} ended without cleanup`));
  expect(runFolders(bench.target)).toEqual([`assay-${run.id}`]);

  // A stranger's file in the run's folder survives, and is named.
  const stranger = join(bench.target, `assay-${run.id}`, "data", "thesis.tex");
  writeFileSync(stranger, "years of work");
  const clean = await assay(["clean", run.id], bench);
  expect({ code: clean.code, stdout: clean.stdout }).toEqual({ code: 3, stdout: "" });
  expect(clean.stderr).toMatch(/removed 3 files/);
  expect(clean.stderr).toMatch(
    /holds data that this run did not create \(thesis\.tex\); it was not removed/,
  );
  expect(readFileSync(stranger, "utf8")).toBe("years of work");
});

it("a run that goes on is shown as going on, and is not cleaned", async () => {
  const bench = makeBench();
  const path = bench.scenario("reads", readsFor(["60s"]));
  const going = startAssay(["run", path, "-t", bench.target], bench);
  await until("a row of the time line", () => intervalRows(bench.results).length > 0, going);
  const { id } = onlyRun(bench.results);
  const clean = await assay(["clean", id], bench);
  expect(clean.code).toBe(3);
  expect(clean.stderr).toMatch(/is active in .*; nothing was removed; stop that run/);
  const all = await assay(["clean", "-t", bench.target], bench);
  expect(all.code).toBe(0);
  expect(all.stderr).toMatch(/still running, not removed/);

  // A second run in the same target is refused by one sentence that names the first.
  const second = await assay(["run", path, "-t", bench.target, "-q"], bench);
  expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 3, stdout: "" });
  expect(second.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(second.stderr).toContain(`run ${id} is active in`);
  expect(runFolders(bench.target)).toEqual([`assay-${id}`]);

  going.send("SIGINT");
  expect((await going.ended).code).toBe(130);
  expect(onlyRun(bench.results).phases[0]?.errors).toEqual([]);
  expect(runFolders(bench.target)).toEqual([]);
});

it("kill -9 among short phases: each printed phase is in `report` and `list`", async () => {
  const bench = makeBench();
  const path = bench.scenario("reads", readsFor(Array.from({ length: 100 }, () => "50ms")));
  const going = startAssay(["run", path, "-t", bench.target, "--set", "repetitions=9"], bench);
  const inJournal = (): number => {
    const journal = join(bench.results, runIds(bench.results).at(-1) ?? "", JOURNAL_FILE);
    return existsSync(journal) ? readFileSync(journal, "utf8").split("\n").length - 1 : 0;
  };
  await until("three phases in the journal", () => inJournal() >= 3, going);
  going.send("SIGKILL");
  const { stderr } = await going.ended;
  const printed = [...stderr.matchAll(/^(read-\d+): .* ops\/s,/gm)].map(([, name]) => name);
  expect(printed.length).toBeGreaterThan(0);

  const list = await assay(["list", "--print", "json"], bench);
  const [listed] = JSON.parse(list.stdout).runs;
  expect(listed.state).toBe("running");
  expect(listed.phases).toBeGreaterThanOrEqual(printed.length);
  const report = await assay(["report", listed.id, "--format", "csv"], bench);
  expect(report.code, report.stderr).toBe(0);
  const rows = report.stdout.trimEnd().split("\n").slice(1);
  const names = rows.map((row) => /read-\d+/.exec(row)?.[0]);
  expect(names).toHaveLength(listed.phases);
  expect(names.slice(0, printed.length)).toEqual(printed);
});
