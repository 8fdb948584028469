// @module-tag system
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { S3_ENGINES } from "../engine/objects/session.ts";
import { assay, onlyRun, startAssay, until } from "./assay.ts";
import { makeBench } from "./bench.ts";
import { type LateStore, startLateStore } from "./ending/late-store.ts";
import { KEYS } from "./scene.ts";

/** A request that is answered late, and the phase that sends it. */
interface Late {
  readonly what: string;
  readonly phase: string;
  readonly size: string;
}

const LATE: Readonly<Record<string, Late>> = {
  "a PUT": { what: "PUT", phase: "operation: create", size: "4KiB" },
  "a copy": { what: "PUT copy", phase: "operation: copy", size: "4KiB" },
  "a part": { what: "PUT ?uploadId", phase: "operation: upload, partSize: 5MiB", size: "6MiB" },
  "an upload's begin": {
    what: "POST ?uploads",
    phase: "operation: upload, partSize: 5MiB",
    size: "6MiB",
  },
  "a completion": {
    what: "POST ?uploadId",
    phase: "operation: upload, partSize: 5MiB",
    size: "6MiB",
  },
};

const scenario = (engine: string, { phase, size }: Late): string => `name: late
datasets: { d: { count: 60, size: ${size} } }
phases: [{ name: w, engine: ${engine}, ${phase}, workers: 1, queueDepth: 2, dataset: d }]
`;

/** Interrupts the phase while its requests are held back for `ms`; returns how the run ended. */
async function interrupted(engine: string, late: Late, ms: number) {
  const bench = makeBench("memory");
  const store: LateStore = await startLateStore();
  onTestFinished(() => store[Symbol.asyncDispose]());
  const bucket = ["-t", "s3://assay/x", "--endpoint", store.endpoint, "--region", "us-east-1"];
  const around = { cwd: bench.cwd, env: KEYS };
  const file = bench.scenario("late", scenario(engine, late));
  const going = startAssay(["run", file, ...bucket, "--offline"], around);
  await until("phase begun", () => going.stderr().includes("w: load started"), going);
  store.holdBack(late.what, ms);
  await until("a request held back", () => store.held() > 0, going);
  const from = performance.now();
  going.send("SIGINT");
  const ended = await going.ended;
  return { ...ended, tookMs: performance.now() - from, store, bench, around };
}

async function endsSaid(engine: string, name: string, late: Late): Promise<void> {
  const run = await interrupted(engine, late, 18_000);
  const said = `${name}: ${run.stderr}`;
  expect(run.code, said).toBe(130);
  const { id } = onlyRun(run.bench.results);
  expect(said).toMatch(/left in the target: (up to )?\d+ writes? (was|were) cut off before/);
  expect(said).toContain(`assay clean ${id}`);
  // An upload's begin is waited for as long as a phase may take to end.
  expect(run.tookMs, said).toBeLessThan(late.what === "POST ?uploads" ? 30_000 : 16_000);
  await until("late requests made", () => run.store.held() === 0);
  await sleep(200);
  const cleaned = await assay(["clean", id], run.around);
  expect(cleaned.code, `${name}: ${cleaned.stderr}`).toBe(0);
  expect(run.store.keys(), name).toEqual([]);
  expect(run.store.uploads(), name).toBe(0);
}

it.each(S3_ENGINES)(
  "%s: writes that are answered late are said, and cleaned",
  async (engine) => {
    await Promise.all(Object.entries(LATE).map(([name, late]) => endsSaid(engine, name, late)));
  },
  120_000,
);

it.each(S3_ENGINES)("%s: a PUT that is answered soon leaves nothing", async (engine) => {
  const run = await interrupted(engine, LATE["a PUT"] as Late, 2500);
  expect(run.code, run.stderr).toBe(130);
  expect(run.stderr).not.toContain("cut off");
  await until("late requests made", () => run.store.held() === 0);
  expect(run.store.keys()).toEqual([]);
});
