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
      "operation: create\nqueueDepth: 64\nsync: { call: fsync }",
      local,
      "sync",
    ],
    ["a mix with renames", "mix: { stat: 1, rename: 1 }\nqueueDepth: 64", local, "sync"],
    ["listings", "operation: list\nqueueDepth: 64", local, "sync"],
    ["all on one ring", "mix: { fetch: 1, stat: 1 }\nqueueDepth: 64", local, "uring"],
  ])("takes io_uring for many whole files: %s", (_, text, target, engine) => {
    expect(resolvePhase(filesOf(text), target, ENGINES).engine).toBe(engine);
  });

  it.each([
    ["operation: create\nsync: { call: fsync }", "does not time the sync of a new file"],
    ["operation: list", "does not support list"],
    ["mix: { fetch: 1, rename: 1 }", "does not mix renames with other operations"],
  ])("refuses io_uring for what it does not do: %s", (text, reason) => {
    const phase = filesOf(`${text}\nengine: uring`);
    const found = unsupported({ ...plan(PLAN), phases: [phase] }, local, HOST);
    expect(found.map((one) => one.reason)).toEqual([`the uring engine ${reason}; use engine auto`]);
  });
});
