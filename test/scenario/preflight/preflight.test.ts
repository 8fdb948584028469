import { describe, expect, it } from "vitest";
import { ENGINES } from "../../../src/engine/index.ts";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { OPERATIONS } from "../../../src/model/plan/operation.ts";
import { NO_LIMITS } from "../../../src/model/target/host-limits.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import {
  preflight,
  resolvePhase,
  unsupported,
  wantsRing,
} from "../../../src/scenario/preflight/preflight.ts";
import { parseTarget } from "../../../src/scenario/targets/targets.ts";
import { onePhase, phaseOf, plan } from "../support.ts";

const HOST = { engines: ENGINES, limits: NO_LIMITS };

const directory = parseTarget("/mnt/x", { kind: "efs" }, {});
const local = parseTarget("/mnt/x", { kind: "directory" }, {});
const bucket = parseTarget("s3://abc", {}, {});
const nothing = parseTarget("null:", {}, {});
const synthetic = parseTarget("synthetic:", {}, {});

const ALL = plan(`name: all
datasets:
  data: { count: 10, size: 100MiB, versions: 2 }
  tars: { kind: shards, count: 10, size: 8KiB }
defaults: { dataset: data }
phases:
${OPERATIONS.map((operation) => {
  const access = operation === "read" || operation === "write" ? ", access: random" : "";
  const dataset = operation === "stream" ? ", dataset: tars" : "";
  const archived = operation === "restore" ? ", storageClass: GLACIER" : "";
  const name = operation.toLowerCase();
  return `  - { name: ${name}, operation: ${operation}${access}${dataset}${archived} }`;
}).join("\n")}
`);

const reasons = (fields: string, size = "100MiB") =>
  unsupported(onePhase(fields, size), bucket, HOST).map(({ reason }) => reason);

describe("what a target cannot do", () => {
  it("is reported for all phases in one error", () => {
    expect(() => preflight(ALL, directory, HOST)).toThrow(PreflightError);
    expect(() => preflight(ALL, directory, HOST)).toThrow(
      `all cannot run on x (efs):
  upload: upload: paths do not support multipart uploads; use create or write
  download: download: paths do not support parallel downloads of one object; use fetch or read
  copy: copy: paths do not support server-side copies; use a bucket
  deleteobjects: deleteObjects: paths do not support requests for many files; use a bucket
  puttags: putTags: paths do not support tags; use a bucket
  gettags: getTags: paths do not support tags; use a bucket
  fetchifmatch: fetchIfMatch: paths do not support conditional reads; use a bucket
  fetchifnonematch: fetchIfNoneMatch: paths do not support conditional reads; use a bucket
  createversion: createVersion: paths do not support versions; use a bucket
  fetchversion: fetchVersion: paths do not support versions; use a bucket
  listversions: listVersions: paths do not support versions; use a bucket
  restore: restore: paths do not support archived files; use a bucket`,
    );
    expect(() => preflight(ALL, bucket, HOST)).toThrow(
      `all cannot run on abc (s3):
  write: write: objects cannot be written in place; use upload or create
  rename: rename: objects cannot be renamed; leave the phase out`,
    );
  });

  it("includes syncs of objects, which have none", () => {
    const reason = (field: string) =>
      `${field}: an object is durable once its PUT returns; remove \`${field}\``;
    expect(reasons("operation: create, sync: { call: fsync }")).toEqual([reason("sync")]);
    expect(reasons("operation: create, dsync: true")).toEqual([reason("dsync")]);
  });

  it("is every file operation on a device, and writing to one that is not given up", () => {
    const on = (writable: boolean): TargetSpec => ({
      ...directory,
      kind: "ebs-gp3",
      address: { kind: "device", path: "/dev/nvme1n1", writable },
    });
    const refused = (writable: boolean) =>
      unsupported(ALL, on(writable), HOST).map(({ reason }) => reason);
    const files = OPERATIONS.filter((name) => name !== "read" && name !== "write").map(
      (name) => `${name}: a block device has no files; use read or write`,
    );
    expect(refused(true)).toEqual(files);
    const [lost] = refused(false).filter((reason) => !files.includes(reason));
    expect(lost).toBe(
      "write: would overwrite the data on /dev/nvme1n1; to allow this, add --allow-destructive",
    );
    expect(refused(false)).toHaveLength(files.length + 1);
  });

  it("is nothing for targets that exist only in memory", () => {
    expect(() => preflight(ALL, nothing, HOST)).not.toThrow();
    expect(() => preflight(ALL, synthetic, HOST)).not.toThrow();
  });

  it("includes S3's own limits", () => {
    expect(reasons("operation: upload, partSize: 4MiB")).toEqual([
      "upload: parts must have at least 5 MiB, got partSize 4194304 B",
    ]);
    expect(reasons("operation: upload, partSize: 5MiB")).toEqual([]);
    expect(reasons("operation: upload, partSize: 5MiB", "50001MiB")).toEqual([
      "upload: an object has at most 10,000 parts, but 52429848576 B in parts of 5242880 B are " +
        "10001; increase partSize",
    ]);
    expect(reasons("operation: upload, partSize: 5MiB", "50000MiB")).toEqual([]);
    expect(reasons("operation: download, partSize: 1MiB")).toEqual([]);
    expect(reasons("operation: create", "6GiB")).toHaveLength(1);
  });

  it("does not include a cache policy a bucket has no use for", () => {
    expect(reasons("operation: fetch, cache: direct")).toEqual([]);
    expect(reasons("operation: fetch, cache: dropped")).toEqual([]);
  });
});

describe("an engine", () => {
  it("for other targets, or with more threads than the maximum, is rejected", () => {
    expect(reasons("operation: fetch, engine: sync")).toEqual([
      "the sync engine does not support a bucket target; use engine auto",
    ]);
    const many = phaseOf("dataset: data\noperation: stat\nworkers: 100\nqueueDepth: 100");
    const threads = { ...many, engine: "sync" } as const;
    const [found] = unsupported({ ...ALL, phases: [threads] }, directory, HOST);
    expect(found?.reason).toContain("= 10000 threads, but at most 512 are allowed");
    expect(unsupported({ ...ALL, phases: [many] }, bucket, HOST)).toEqual([]);
  });
});

it("refuses to poll where no ring runs, and takes a ring for it", () => {
  const phase = "operation: read, access: random, polling: submission";
  expect(reasons(phase)).toEqual([
    "polling: requires the uring engine, got the s3-sdk engine; remove polling",
  ]);
  const [one] = plan(`name: x
datasets: { data: { count: 1, size: 1MiB } }
phases: [{ name: p, ${phase} }]
`).phases;
  expect(one && resolvePhase(one, directory, ENGINES).engine).toBe("uring");
});

it("refuses to verify a device, which nobody prepared", () => {
  const address = { kind: "device", path: "/dev/nvme1n1", writable: true } as const;
  const device: TargetSpec = { ...directory, kind: "ebs-gp3", address };
  for (const does of ["operation: read", "mix: { read: 1, write: 1 }"]) {
    const phase = phaseOf(`dataset: data\n${does}\naccess: random\nverify: true`);
    const found = unsupported({ ...ALL, phases: [phase] }, device, HOST);
    expect(found.map(({ reason }) => reason)).toEqual([
      "verify: a block device has no prepared blocks to check; remove verify",
    ]);
  }
});

describe("resolvePhase", () => {
  const phase = phaseOf("dataset: data\noperation: stat\nworkers: 3\nqueueDepth: 5");

  it.each([
    [local, { engine: "sync", threads: 15, depth: 1 }],
    [bucket, { engine: "s3-sdk", threads: 3, depth: 5 }],
    [nothing, { engine: "null", threads: 3, depth: 5 }],
    [synthetic, { engine: "synthetic", threads: 3, depth: 5 }],
  ])("lets the target choose the engine (%#)", (target, expected) => {
    expect(resolvePhase(phase, target, ENGINES)).toEqual({ ...expected, fallback: null });
  });

  const reads = phaseOf(
    "dataset: data\noperation: read\naccess: random\nworkers: 3\nqueueDepth: 5",
  );

  it("takes io_uring for blocks on a path, and only at depth", () => {
    const alone = { ...reads, queueDepth: 1 };
    const deep = { engine: "uring", threads: 3, depth: 5, fallback: null };
    expect(resolvePhase(reads, directory, ENGINES)).toEqual(deep);
    expect(resolvePhase(alone, directory, ENGINES)).toMatchObject({ engine: "sync", threads: 3 });
  });

  it("uses threads if io_uring is not available, and gives the reason", () => {
    const refused = { ...ENGINES, uring: { ...ENGINES.uring, refusal: "it is switched off" } };
    expect(resolvePhase(reads, directory, refused)).toEqual({
      engine: "sync",
      threads: 15,
      depth: 1,
      fallback: "sync with one thread per operation instead of uring: it is switched off",
    });
    const named = { ...reads, engine: "uring" } as const;
    const [found] = unsupported({ ...ALL, phases: [named] }, directory, {
      ...HOST,
      engines: refused,
    });
    expect(found?.reason).toContain("is not available: it is switched off; use engine auto");
  });

  it("keeps an engine that is named", () => {
    const named = { ...phase, engine: "null" } as const;
    expect(resolvePhase(named, directory, ENGINES).engine).toBe("null");
  });
});

it("wants io_uring if any phase of any plan may use it on any target", () => {
  const shallow = onePhase("operation: read, access: random");
  const deep = onePhase("operation: read, access: random, queueDepth: 5");
  const searched = onePhase(
    "operation: read, access: random, find: { slo: p99 < 1ms, by: queueDepth, to: 8 }",
  );
  expect(wantsRing([shallow, deep], [bucket, directory], ENGINES)).toBe(true);
  expect(wantsRing([searched], [directory], ENGINES)).toBe(true);
  expect(wantsRing([shallow], [bucket, directory], ENGINES)).toBe(false);
  expect(wantsRing([deep], [bucket], ENGINES)).toBe(false);
  expect(wantsRing([deep], [], ENGINES)).toBe(false);
});

it("a phase for more hosts than the run has cannot run", () => {
  const swept = onePhase("operation: stat, matrix: { hosts: [1, 2, 4] }");
  const found = (hosts: number) =>
    unsupported(swept, directory, { ...HOST, hosts }).map(({ phase, reason }) => [phase, reason]);
  const reason = (needed: number, hosts: number) =>
    `hosts: the phase needs ${needed} hosts, but the run has ${hosts}; use more hosts`;
  expect(unsupported(swept, directory, HOST).map((one) => one.reason)).toEqual([
    reason(2, 1),
    reason(4, 1),
  ]);
  expect(found(3)).toEqual([["p[hosts=4]", reason(4, 3)]]);
  expect(found(4)).toEqual([]);
});
