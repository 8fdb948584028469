// @module-tag system
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { JOURNAL_FILE } from "../../../src/run/store/journal.ts";
import { RunStore } from "../../../src/run/store/store.ts";
import { fillFileSystem, smallFileSystem } from "../../storage/loop.ts";
import { labelsOf } from "../labels.ts";

/** A run of phases of 20 kB each. */
function runOf(phases: number): Run {
  const phase = { state: "complete", reason: "x".repeat(20_000) };
  const results = Array.from({ length: phases }, () => phase);
  return JSON.parse(JSON.stringify({ state: "running", warnings: [], phases: results }));
}

test("a disk that fills up between two phases loses none of them", ({ skip }) => {
  const mounted = smallFileSystem(16);
  if (mounted === null) return skip();
  const store = new RunStore(mounted, labelsOf("run-1"));
  store.save(runOf(0));
  // More than was reserved at first, so that the reserve has to grow with the journal.
  for (let phases = 1; phases <= 40; phases++) store.keep(runOf(phases));
  expect(store.failure).toBeNull();
  fillFileSystem(mounted);
  let phases = 40;
  while (store.failure === null && phases < 100) store.keep(runOf(++phases));
  const message = store.failure?.message ?? "";
  expect(message).toContain("the disk is full");
  expect(message).toContain(`are stored in ${join(mounted, "run-1")}`);
  const run: Run = JSON.parse(readFileSync(join(store.folder, "run.json"), "utf8"));
  expect(run.phases).toHaveLength(phases);
  expect(readdirSync(store.folder)).not.toContain(JOURNAL_FILE);
  store.close();
});
