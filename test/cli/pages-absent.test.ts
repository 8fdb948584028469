// @module-tag system
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { absentRuns } from "../../src/cli/pages/absent.ts";
import { DIRECTORY, plan, run } from "../report/fixture.ts";
import { assay } from "./assay.ts";
import { makeBench, readsFor } from "./bench.ts";

test("a page of several targets names the one that failed, and its reason", async () => {
  const bench = makeBench("memory");
  const path = bench.scenario("reads", readsFor(["200ms"]));
  const targets = join(bench.cwd, "targets.yaml");
  writeFileSync(
    targets,
    [
      "targets:",
      `  good: { kind: directory, path: ${bench.target} }`,
      `  gone: { kind: directory, path: ${bench.cwd}/missing }`,
      "",
    ].join("\n"),
  );
  const ended = await assay(["run", path, "--targets", targets, "--format", "html"], bench);
  expect(ended.code, ended.stderr).toBe(3);
  expect(ended.stdout).toMatch(/Not on this page: reads on gone: [^<]*missing/);
});

test("runs that were refused, skipped, interrupted or never begun are listed once each", () => {
  const job = (name: string) => ({ plan: plan(name, []), target: DIRECTORY });
  const jobs = ["a", "b", "b", "c", "d"].map(job);
  const target = DIRECTORY.name;
  const finished = [
    { run: run("1", DIRECTORY, plan("a", []), []) },
    { run: run("2", DIRECTORY, plan("b", []), []) },
  ];
  const states = ["refused", "skipped", "interrupted"] as const;
  for (const state of states) {
    const unbegun = { state, scenario: "c", target, at: new Date(0), reason: "why" };
    const absent = absentRuns(jobs, finished, [unbegun]);
    expect(absent.map((one) => `${one.scenario} ${one.state}`)).toEqual([
      `c ${state}`,
      "b interrupted",
      "d interrupted",
    ]);
  }
});
