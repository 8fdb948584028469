// @module-tag system
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { describeEnvironment } from "../../../src/environment/index.ts";
import type { ClientLimits } from "../../../src/model/run/harness.ts";
import {
  clientLimitsPath,
  readClientLimits,
  writeClientLimits,
} from "../../../src/run/selftest/client-limit-store.ts";
import { scratch } from "../../storage/support.ts";

const ENVIRONMENT = await describeEnvironment(null);

const FLOORS: ClientLimits = {
  format: "assay-floors",
  version: 1,
  measuredAt: "2026-11-26T10:00:00.000Z",
  floors: [
    {
      engine: "sync",
      direction: "read",
      blockBytes: 4096,
      queueDepth: 1,
      operationsPerSecond: 500_000,
      cpuPerOperationNs: 2000,
      latencyP50Ns: 1900,
      latencyP99Ns: 2500,
    },
  ],
  missing: ["uring: the kernel refuses it"],
  clock: { source: "tsc", readingNs: 40, stepNs: 10 },
  timer: { lateP50Ns: 60_000, lateP99Ns: 90_000, lateMaxNs: 200_000 },
  cores: 2,
  stealShare: 0.01,
  othersShare: null,
  governor: null,
};

test("the path follows the XDG specification", () => {
  const path = (env: NodeJS.ProcessEnv) => clientLimitsPath(ENVIRONMENT, "1.0.0", env);
  expect(path({ XDG_CACHE_HOME: "/cache", HOME: "/somebody" })).toMatch(
    /^\/cache\/assay\/floors-[0-9a-f]{16}\.json$/,
  );
  expect(path({ HOME: "/somebody" })).toMatch(/^\/somebody\/\.cache\/assay\/floors-/);
  expect(path({ XDG_CACHE_HOME: "relative", HOME: "/somebody" })).toMatch(/^\/somebody\/\.cache/);
  expect(path({ HOME: "relative" })).toBeNull();
});

test("another kernel, Node, processor, quota or version has other floors", () => {
  const env = { XDG_CACHE_HOME: "/cache" };
  const cgroup = { ...ENVIRONMENT.cgroup, cpuQuotaCores: 0.5 };
  const paths = [
    clientLimitsPath(ENVIRONMENT, "1.0.0", env),
    clientLimitsPath(ENVIRONMENT, "1.0.1", env),
    clientLimitsPath({ ...ENVIRONMENT, kernel: "Linux 9.9" }, "1.0.0", env),
    clientLimitsPath({ ...ENVIRONMENT, nodeVersion: "v99" }, "1.0.0", env),
    clientLimitsPath({ ...ENVIRONMENT, cpuModel: "another" }, "1.0.0", env),
    clientLimitsPath({ ...ENVIRONMENT, cgroup }, "1.0.0", env),
  ];
  expect(new Set(paths).size).toBe(paths.length);
  expect(clientLimitsPath(ENVIRONMENT, "1.0.0", env)).toBe(paths[0]);
});

test("what was written is read again, and nothing else lies beside it", () => {
  const path = join(scratch(), "made", "assay", "floors.json");
  writeClientLimits(path, FLOORS);
  writeClientLimits(path, { ...FLOORS, cores: 3 });
  expect(readClientLimits(path)).toEqual({ ...FLOORS, cores: 3 });
  expect(readdirSync(dirname(path))).toEqual(["floors.json"]);
});

test("what is not there or not ours is no floor, and no error", () => {
  const folder = scratch();
  const path = join(folder, "floors.json");
  expect(readClientLimits(null)).toBeNull();
  expect(readClientLimits(path)).toBeNull();
  for (const text of ["", "{", "null", '{"format":"assay-floors","version":2}']) {
    writeFileSync(path, text);
    expect(readClientLimits(path), text).toBeNull();
  }
  const negative = { ...FLOORS.floors[0], operationsPerSecond: -1 };
  writeFileSync(path, JSON.stringify({ ...FLOORS, floors: [negative] }));
  expect(readClientLimits(path)).toBeNull();
  expect(readClientLimits(join(path, "below-a-file.json"))).toBeNull();
});

test("a place that cannot be written leaves no draft", () => {
  const folder = scratch();
  const path = join(folder, "taken", "floors.json");
  mkdirSync(join(path, "in-the-way"), { recursive: true });
  expect(() => writeClientLimits(path, FLOORS)).toThrow();
  expect(readdirSync(dirname(path))).toEqual(["floors.json"]);
  writeFileSync(join(folder, "file"), "");
  expect(() => writeClientLimits(join(folder, "file", "floors.json"), FLOORS)).toThrow();
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("");
});

test("a cache folder that cannot be made is an error, not a wait without an end", () => {
  const module = new URL("../../../src/run/selftest/client-limit-store.ts", import.meta.url).href;
  const call = 'writeClientLimits("/proc/assay/assay/floors.json", {})';
  const write = `import(${JSON.stringify(module)}).then(({ writeClientLimits }) => ${call})`;
  const { status, stderr } = spawnSync(process.execPath, ["-e", write], { timeout: 20_000 });
  expect(stderr.toString()).toContain("ENOENT");
  expect(status).toBe(1);
});
