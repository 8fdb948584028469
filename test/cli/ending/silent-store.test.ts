// @module-tag system
import { describe, expect, it } from "vitest";
import { assay, onlyRun, startAssay, storedRun, until } from "../assay.ts";
import { readsFor } from "../bench.ts";
import type { MemoryStore, SilentWhen } from "../memory-store.ts";
import { isData, KEYS, objects, sceneOf } from "../scene.ts";

/** A phase of 1 s, its drain of 10 s, the deadline of 3 s, and a machine that is busy. */
const ENDED_MS = 30_000;

describe("a store that falls silent", () => {
  const isRemoval = (what: string, key: string): boolean =>
    what === "POST ?delete" || (what === "DELETE" && isData(key));
  const SILENT: Readonly<Record<string, (store: MemoryStore) => SilentWhen>> = {
    "in mid-phase": () => () => true,
    "at the list of what is to be removed": () => (what) => what.includes("list-type"),
    "at the removal": () => isRemoval,
    "at the end of the clean-up": (store) => () => !store.keys().some(isData),
  };
  it.each(Object.entries(SILENT))("%s: the run ends at the deadline", async (_, silent) => {
    const { bench, store, bucket } = await sceneOf();
    const file = bench.scenario("objects", objects("s3-wire", "1s"));
    const going = startAssay(["run", file, ...bucket, "--offline", "--cleanup-timeout", "3s"], {
      cwd: bench.cwd,
      env: KEYS,
    });
    await until("phase begun", () => going.stderr().includes("get: load started"), going);
    store.fallSilent(silent(store));
    const from = performance.now();
    const { code, stderr } = await going.ended;
    expect(performance.now() - from).toBeLessThan(ENDED_MS);
    expect(code, stderr).toBe(3);
    const run = onlyRun(bench.results);
    expect(run.phases).toHaveLength(1);
    expect(stderr).toMatch(/left in the target: .*ended after 3 s/);
    expect(stderr).toContain(`assay clean ${run.id}`);
    // The command that was named removes it once the store responds again.
    store.fallSilent(() => false);
    const clean = await assay(["clean", run.id], { cwd: bench.cwd, env: KEYS });
    expect(clean.code, clean.stderr).toBe(0);
    expect(store.keys()).toEqual([]);
  });

  it("is cleaned until the deadline: what is left is said, and cleaned later", async () => {
    const { bench, store, bucket } = await sceneOf();
    const around = { cwd: bench.cwd, env: KEYS };
    const file = bench.scenario("objects", objects("s3-wire", "100ms"));
    const run = await assay(["run", file, ...bucket, "--offline", "--keep-data"], around);
    expect(run.code, run.stderr).toBe(0);
    const { id } = onlyRun(bench.results);
    store.fallSilent(isRemoval);
    for (const named of [[id], [...bucket, "--kept"]]) {
      const from = performance.now();
      const cut = await assay(["clean", ...named, "--cleanup-timeout", "4s"], around);
      expect(performance.now() - from).toBeLessThan(ENDED_MS);
      expect(cut.code, cut.stderr).toBe(3);
      expect(cut.stderr).toMatch(/the cleanup was ended after 4 s/);
      expect(cut.stderr).toMatch(/no response for \d+ s, ends in \d+ s/);
    }
    expect(store.keys().length).toBeGreaterThan(8);
    store.fallSilent(() => false);
    const clean = await assay(["clean", id], around);
    expect(clean.code, clean.stderr).toBe(0);
    expect(store.keys()).toEqual([]);
  });

  it("rejects a limit that is not a length of time", async () => {
    const { bench } = await sceneOf();
    const file = bench.scenario("reads", readsFor(["1s"]));
    for (const given of ["0s", "-1s", "soon", "25h", "1e9"]) {
      const args = ["run", file, "-t", bench.target, `--cleanup-timeout=${given}`];
      const { code, stderr } = await assay(args, bench);
      expect(code).toBe(2);
      expect(stderr).toMatch(/--cleanup-timeout/);
    }
    expect(storedRun(bench.results)).toBeNull();
  });
});
