// @module-tag system
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Run } from "../../src/model/run/run.ts";
import { scratch } from "../storage/support.ts";
import { execute, NULL_TARGET, type RunOf, requestOf } from "./support.ts";

const ENDLESS = { kind: "duration", durationNs: 3600e9 } as const;

/**
 * Executes a run in a process of its own in which the second worker thread meets with `accident`
 * at its thousandth look at the clock. Resolves with the stored run.
 */
async function withAccident(run: RunOf, accident: string): Promise<Run> {
  const folder = scratch();
  const saboteur = join(folder, "saboteur.mjs");
  const flag = join(folder, "taken");
  writeFileSync(
    saboteur,
    `import { isMainThread, threadName } from "node:worker_threads";
     import { existsSync, mkdirSync } from "node:fs";
     const claim = (path) => { try { mkdirSync(path); return true; } catch { return false; } };
     const measures = !isMainThread && threadName !== "watch";
     if (measures && !claim(${JSON.stringify(flag)}) && claim(${JSON.stringify(`${flag}2`)})) {
       const now = performance.now.bind(performance);
       let looks = 0;
       performance.now = () => {
         if (++looks === 1000) { ${accident} }
         return now();
       };
     }`,
  );
  const script = join(folder, "run.mjs");
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const { signal, events, resolve, ...request } = requestOf(run, folder);
  writeFileSync(
    script,
    `const { executeRun } = await import(${url("../../src/run/execute.ts")});
     const ignore = () => {};
     const names = ["started", "preparing", "measuring", "progress", "finished", "cleaning"];
     const finished = await executeRun({
       ...${JSON.stringify(request)},
       resolve: ({ workers, queueDepth }) =>
         ({ engine: ${JSON.stringify(run.engine)}, threads: workers, depth: queueDepth }),
       signal: new AbortController().signal,
       events: Object.fromEntries(names.map((name) => [name, ignore])),
     });
     process.exitCode = finished.error === null ? 0 : 3;`,
  );
  const child = spawn(process.execPath, ["--import", saboteur, script], { stdio: "pipe" });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((done) => child.once("close", done));
  if (code !== 3) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(readFileSync(join(folder, "run-known", "run.json"), "utf8"));
}

const HOUR_ON_NULL: RunOf = {
  target: NULL_TARGET,
  engine: "null",
  phases: [{ workers: 3, limit: ENDLESS }, { workers: 1 }],
};

test("a worker whose thread dies ends the run with its name; the others stop", async () => {
  const run = await withAccident(HOUR_ON_NULL, "process.exit(7)");
  expect(run.state).toBe("failed");
  expect(run.reason).toMatch(/^phase0: worker \d: its thread ended: .*7/);
  expect(run.phases).toHaveLength(1);
  expect(run.phases[0]?.state).toBe("failed");
  expect(run.endedAt).not.toBeNull();
});

test("a worker that throws in its loop ends the run with its name and the reason", async () => {
  const run = await withAccident(HOUR_ON_NULL, `throw new Error("the clock is broken")`);
  expect(run.state).toBe("failed");
  expect(run.reason).toMatch(/^phase0: worker \d: Error: the clock is broken/);
});

test("a worker that cannot open its target ends the run before the start line", async () => {
  const started = execute({
    target: NULL_TARGET,
    engine: "sync",
    phases: [{ workers: 3, limit: ENDLESS }],
  });
  // Nothing was measured, so there is no run to store.
  await expect(started).rejects.toThrow(/worker 0: Error: a local engine cannot open a memory/);
});
