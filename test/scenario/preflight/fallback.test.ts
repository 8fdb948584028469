import { describe, expect, it } from "vitest";
import { ENGINES } from "../../../src/engine/index.ts";
import { NO_LIMITS } from "../../../src/model/target/host-limits.ts";
import { resolvePhase, unsupported } from "../../../src/scenario/preflight/preflight.ts";
import { parseTarget } from "../../../src/scenario/targets/targets.ts";
import { phaseOf, plan } from "../support.ts";

const HOST = { engines: ENGINES, limits: NO_LIMITS };
const local = parseTarget("/mnt/x", { kind: "directory" }, {});
const PLAN = plan(`name: x
datasets: { data: { count: 10, size: 1MiB } }
phases: [{ name: p, dataset: data, operation: stat }]
`);

describe("resolvePhase where io_uring is refused", () => {
  const reads = phaseOf("dataset: data\noperation: read\naccess: random");

  it.each([
    [32, 256, "sync", 32, /^sync with one thread per operation instead of uring: it is off$/],
    [33, 256, "threadpool", 1, /^threadpool with 33 .* on 256 threads .* of uring: it is off$/],
    [300, 256, "threadpool", 1, /; at most 256 of them reach .*: set UV_THREADPOOL_SIZE=300$/],
  ])(
    "uses the thread pool for %i in flight on %i threads if io_uring is not available",
    (queueDepth, poolThreads, engine, threads, reason) => {
      const refused = {
        ...ENGINES,
        uring: { ...ENGINES.uring, refusal: "it is off" },
        threadpool: { ...ENGINES.threadpool, poolThreads },
      };
      const deep = { ...reads, workers: 1, queueDepth };
      const fallback = expect.stringMatching(reason);
      expect(resolvePhase(deep, local, refused)).toEqual({
        ...{ engine, threads, depth: queueDepth / threads, fallback },
      });
    },
  );

  it("does not use the thread pool for operations that it lacks", () => {
    const refused = { ...ENGINES, uring: { ...ENGINES.uring, refusal: "it is off" } };
    const lists = phaseOf("dataset: data\noperation: list\nqueueDepth: 64");
    expect(resolvePhase(lists, local, refused)).toMatchObject({ engine: "sync", threads: 64 });
    const named = { ...lists, engine: "threadpool" } as const;
    const [found] = unsupported({ ...PLAN, phases: [named] }, local, HOST);
    expect(found?.reason).toBe("the threadpool engine does not support list; use engine auto");
  });
});
