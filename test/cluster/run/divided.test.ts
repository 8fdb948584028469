import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { assayProcess } from "../../cli/assay.ts";
import { scratch } from "../../storage/support.ts";

/** Runs phases on three processes of this host, which share a directory. */
async function onThree(phases: string) {
  const root = scratch();
  const target = join(root, "target");
  mkdirSync(target);
  writeFileSync(
    join(root, "s.yaml"),
    `name: divided
datasets: { data: { count: 4, size: 256KiB } }
defaults: { access: random, blockSize: 4KiB, workers: 2, engine: sync, cache: warm }
phases:
${phases}`,
  );
  const hosts = ["--hosts", "local:3", "--max-start-spread", "10s", "--offline"];
  const env = { XDG_STATE_HOME: join(root, "state") };
  const ended = await assayProcess(["run", "s.yaml", "--target", target, ...hosts], {
    cwd: root,
    env,
  });
  return { root, target, ended };
}

function storedRun(root: string): Run {
  const [name = ""] = readdirSync(join(root, "results"));
  return JSON.parse(readFileSync(join(root, "results", name, "run.json"), "utf8"));
}

test("rates, counts and passes are those of the run, and hosts those of a phase", async () => {
  const { root, ended } = await onThree(`
  - { name: fixed, operation: read, rate: 150/s, duration: 1s }
  - { name: count, operation: read, operations: 100 }
  - { name: pass, operation: read, access: sequential, epochs: 1 }
  - { name: sweep, operation: read, operations: 50, matrix: { hosts: [1, 2] } }
`);
  expect(ended).toMatchObject({ code: 0 });
  const { phases } = storedRun(root);
  const hostsOf = (name: string) => phases.find(({ phase }) => phase.name === name)?.hosts ?? [];
  const counts = (name: string) => hostsOf(name).map(({ operations }) => operations);
  const sum = (name: string) => counts(name).reduce((a, b) => a + b, 0);
  expect(phases[0]?.openLoop).toMatchObject({ offered: 150, unissued: 0, dropped: 0 });
  expect(phases[0]?.openLoop?.offeredPerSecond).toBeCloseTo(150, 6);
  // Six workers: four of them have an operation more than the others.
  expect(counts("count").toSorted((a, b) => a - b)).toEqual([32, 34, 34]);
  expect(sum("pass")).toBe((4 * 262_144) / 4096);
  expect(counts("sweep[hosts=1]")).toEqual([50]);
  // The parts are moved on: rank 0 has the second one.
  expect(counts("sweep[hosts=2]")).toEqual([24, 26]);
  const rotation = phases[1]?.start?.rotation ?? expect.fail();
  expect(hostsOf("count").map(({ place }) => place)).toEqual(
    [0, 1, 2].map((rank) => (rank + rotation) % 3),
  );
});

test("a run that would verify what other hosts write is refused before it writes", async () => {
  const { root, target, ended } = await onThree(
    "  - { name: both, mix: { read: 1, write: 1 }, verify: true, duration: 1s }\n",
  );
  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain("both: several hosts cannot verify blocks that both writes");
  expect(readdirSync(target)).toEqual([]);
  expect(readdirSync(root)).not.toContain("results");
});
