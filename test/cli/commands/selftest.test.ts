// @module-tag system
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { describeEnvironment } from "../../../src/environment/index.ts";
import type { ClientLimits } from "../../../src/model/run/harness.ts";
import { MAX_SCREEN_LINES, renderScreen } from "../../../src/report/screen/screen.ts";
import { selftestScreen } from "../../../src/report/screen/selftest-screen.ts";
import {
  clientLimitsPath,
  writeClientLimits,
} from "../../../src/run/selftest/client-limit-store.ts";
import { assay, onlyRun, startAssay, storedRun, until } from "../assay.ts";
import { makeBench, readsFor } from "../bench.ts";

const cache = mkdtempSync(join(tmpdir(), "assay-test-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** The profile of the user must not supply the keys of the loopback S3 server. */
const env = { XDG_CACHE_HOME: cache, AWS_PROFILE: "of-somebody" };

/** A client limit far below the rate of a synthetic target with 20 ms latency. */
const KEPT = {
  format: "assay-floors",
  version: 1,
  measuredAt: "2026-11-26T10:00:00.000Z",
  floors: [
    {
      engine: "synthetic",
      direction: "read",
      blockBytes: 4096,
      queueDepth: 1,
      operationsPerSecond: 10,
      cpuPerOperationNs: 1e8,
      latencyP50Ns: 1e8,
      latencyP99Ns: 1e8,
    },
  ],
  missing: [],
  clock: { source: null, readingNs: 40, stepNs: 10 },
  timer: { lateP50Ns: 60_000, lateP99Ns: 90_000, lateMaxNs: 200_000 },
  cores: 2,
  stealShare: null,
  othersShare: null,
  governor: null,
} as const satisfies ClientLimits;

/** Scratch directories of a selftest. */
function leftOvers(): readonly string[] {
  return ["/dev/shm", tmpdir()]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder))
    .filter((name) => name.startsWith("assay-selftest-"));
}

describe("assay selftest", () => {
  it("ends at Ctrl-C and leaves no files", async () => {
    const before = leftOvers();
    const going = startAssay(["selftest"], { env });
    await until("the first client limit", () => leftOvers().length > before.length, going);
    await sleep(1000);
    going.send("SIGINT");
    expect((await going.ended).code).toBe(130);
    expect(leftOvers()).toEqual(before);
  });
});

it("a run is compared with the client limits of the same version", async () => {
  const bench = makeBench();
  const version = (await assay(["--version"])).stdout.trim();
  const environment = await describeEnvironment(null);
  const around = { ...bench, env: { XDG_CACHE_HOME: bench.cwd } };
  const boundBy = async (of: string) => {
    const path = clientLimitsPath(environment, of, around.env) ?? expect.fail("there is no path");
    writeClientLimits(path, KEPT);
    const target = "synthetic:latency=20ms";
    const scenario = bench.scenario("reads", readsFor(["300ms"]));
    const ended = await assay(["run", scenario, "-t", target, "--print", "nothing"], around);
    expect(ended.code).toBe(0);
    rmSync(path);
    return storedRun(bench.results)?.phases[0]?.harness?.bound?.by ?? null;
  };
  expect(await boundBy(`${version}-other`)).toBeNull();
  expect(await boundBy(version)).toBe("floor");
});

describe("without client limits", () => {
  it.each([
    ["without a home directory", { XDG_CACHE_HOME: undefined, HOME: "" }],
    ["with a cache that cannot be read", { XDG_CACHE_HOME: "/proc/1/nothing" }],
  ])("a run continues %s", async (_, without) => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["100ms"]));
    const ended = await assay(["run", path, "-t", bench.target, "--print", "nothing", "-q"], {
      ...bench,
      env: without,
    });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(onlyRun(bench.results).phases[0]?.harness?.floor).toBeNull();
    expect((await assay(["check"], { env: without })).stdout).toContain(
      "not measured on this host; run `assay selftest`",
    );
  });

  it("ignores a cache that is not a directory", async () => {
    const folder = makeBench().cwd;
    writeFileSync(join(folder, "assay"), "a file where a folder should be");
    const { stdout } = await assay(["check"], { env: { XDG_CACHE_HOME: folder } });
    expect(stdout).toContain("not measured on this host; run `assay selftest`");
  });
});

it("fits its client limits on one screen", async () => {
  const environment = await describeEnvironment(null);
  const screen = selftestScreen(KEPT, environment, ["The timer is late."]);
  const lines = renderScreen(screen, { columns: 80, color: false }).trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(MAX_SCREEN_LINES);
  expect(lines[0]).toMatch(/2 cores: suitable with caveats as a load generator$/);
  expect(lines).toContainEqual(expect.stringMatching(/^synthetic +read +1 +10\.0 +100 ms/));
  expect(lines).toContainEqual("Caveats  The timer is late.");
});
