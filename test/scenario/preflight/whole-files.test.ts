import { describe, expect, it } from "vitest";
import { ENGINES } from "../../../src/engine/index.ts";
import { NO_LIMITS } from "../../../src/model/target/host-limits.ts";
import { resolvePhase, unsupported } from "../../../src/scenario/preflight/preflight.ts";
import { parseTarget } from "../../../src/scenario/targets/targets.ts";
import { phaseOf, plan } from "../support.ts";

const HOST = { engines: ENGINES, limits: NO_LIMITS };
const efs = parseTarget("/mnt/x", { kind: "efs" }, {});
const local = parseTarget("/mnt/x", { kind: "directory" }, {});
const PLAN = `name: x
datasets: { data: { count: 10, size: 1MiB } }
phases: [{ name: p, dataset: data, operation: stat }]
`;

describe("the engine of whole files", () => {
  const filesOf = (text: string) => phaseOf(`dataset: data\n${text}`);

  it.each([
    ["more than 16 in flight", "operation: stat\nworkers: 4\nqueueDepth: 5", local, "uring"],
    ["16 in flight", "operation: stat\nworkers: 4\nqueueDepth: 4", local, "sync"],
    ["as many threads", "operation: stat\nworkers: 20", local, "sync"],
    ["a few in flight on EFS", "operation: fetch\nqueueDepth: 2", efs, "uring"],
    ["one in flight on EFS", "operation: fetch\nworkers: 2", efs, "sync"],
    [
      "new durable files",
      "operation: create\nqueueDepth: 64\nsync: { call: fsync, directory: true }",
      local,
      "uring",
    ],
    ["a mix with renames", "mix: { stat: 1, rename: 1 }\nqueueDepth: 64", local, "sync"],
    ["listings", "operation: list\nqueueDepth: 64", local, "sync"],
    ["all on one ring", "mix: { fetch: 1, stat: 1 }\nqueueDepth: 64", local, "uring"],
  ])("takes io_uring for many whole files: %s", (_, text, target, engine) => {
    expect(resolvePhase(filesOf(text), target, ENGINES).engine).toBe(engine);
  });

  it.each([
    ["operation: list", "does not support list"],
    ["mix: { fetch: 1, rename: 1 }", "does not mix renames with other operations"],
  ])("refuses io_uring for what it does not do: %s", (text, reason) => {
    const phase = filesOf(`${text}\nengine: uring`);
    const found = unsupported({ ...plan(PLAN), phases: [phase] }, local, HOST);
    expect(found.map((one) => one.reason)).toEqual([`the uring engine ${reason}; use engine auto`]);
  });

  it.each([
    ["create", 64, 160, null],
    ["fetch", 64, 159, "a lower queueDepth"],
    // Each thread has 5 of the files.
    ["fetch", 300, 42, null],
    // Neither opens files.
    ["stat", 64, 40, null],
    ["delete", 64, 40, null],
  ] as const)(
    "opens the files in flight: %s, %i, %i descriptors",
    (operation, depth, limit, says) => {
      const text = `operation: ${operation}\nworkers: 2\nqueueDepth: ${depth}\nengine: uring`;
      const one = PLAN.replace("count: 10", depth === 300 ? "count: 10" : "count: 1000");
      const limits = { ...NO_LIMITS, openFiles: limit };
      const found = unsupported({ ...plan(one), phases: [filesOf(text)] }, local, {
        ...HOST,
        limits,
      });
      if (says === null) expect(found).toEqual([]);
      else expect(found[0]?.reason).toContain(`raise it, or use ${says} or fewer threads`);
    },
  );
});
