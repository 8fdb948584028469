import { describe, expect, it } from "vitest";
import { mostHosts } from "../../../src/model/plan/part.ts";
import { phaseOf, plan, withPhase } from "../support.ts";

describe("a plan leaves nothing implicit", () => {
  it("fills every default of a scenario", () => {
    const text = `name: x
datasets:
  data: { count: 3, size: { lognormal: { mean: 100KiB, sd: 10KiB } } }
  tars: { kind: shards, count: 3, size: 1KiB }
phases:
  - { name: p, dataset: data, operation: read, access: random, blockSize: 1B, cache: warm }
`;
    expect(plan(text)).toMatchSnapshot();
  });

  it.each([
    ["read", "access: random", 4096, "direct", { kind: "duration", durationNs: 10e9 }],
    ["read", "access: sequential", 1048576, "direct", { kind: "duration", durationNs: 10e9 }],
    ["create", "", 1048576, "dropped", { kind: "epochs", epochs: 1 }],
    ["upload", "", 1048576, "dropped", { kind: "epochs", epochs: 1 }],
    ["stat", "", 1048576, "dropped", { kind: "duration", durationNs: 10e9 }],
  ] as const)("%s %s has its own", (operation, more, blockBytes, cache, limit) => {
    const phase = phaseOf(`dataset: data\noperation: ${operation}\n${more}`);
    expect(phase).toMatchObject({ blockBytes, cache, limit, workers: 1, queueDepth: 1 });
  });

  it.each([
    ["create", "sequential"],
    ["delete", "sequential"],
    ["upload", "sequential"],
    ["stat", "shuffled"],
    ["fetch", "shuffled"],
    ["download", "shuffled"],
  ])("%s goes %s", (operation, access) => {
    expect(phaseOf(`dataset: data\noperation: ${operation}`).access).toBe(access);
  });

  it("gives every dataset the scenario's seed, so that loose and packed samples agree", () => {
    const { datasets } = plan(`seed: 7\n${withPhase("dataset: data\noperation: stat")}`);
    expect(datasets.map((dataset) => dataset.seed)).toEqual([7, 7]);
  });

  it("keeps a mix in one order, however it is written", () => {
    const mix = (text: string) => phaseOf(`dataset: data\naccess: random\nmix: ${text}`).mix;
    expect(mix("{ write: 30, read: 70 }")).toEqual(mix("{ read: 70, write: 30 }"));
    expect(mix("{ write: 30, read: 70 }")[0]).toEqual({ operation: "read", weight: 70 });
  });
});

describe("defaults", () => {
  const defaults = "{ workers: 3, duration: 4s, warmup: 2s }";

  it("apply if a phase sets no value", () => {
    expect(phaseOf("dataset: data\noperation: stat", {}, defaults)).toMatchObject({
      workers: 3,
      warmupNs: 2e9,
      limit: { kind: "duration", durationNs: 4e9 },
    });
  });

  it("give way to any limit of a phase, and their warm-up with it", () => {
    expect(phaseOf("dataset: data\noperation: stat\nepochs: 2", {}, defaults)).toMatchObject({
      workers: 3,
      warmupNs: 0,
      limit: { kind: "epochs", epochs: 2 },
    });
  });

  it("do not limit what goes over its dataset once", () => {
    expect(phaseOf("dataset: data\noperation: create", {}, defaults)).toMatchObject({
      workers: 3,
      warmupNs: 0,
      limit: { kind: "epochs", epochs: 1 },
    });
  });
});

describe("a matrix", () => {
  const fields = `dataset: data
operation: read
access: random
matrix:
  queueDepth: [1, 4]
  blockSize: [4KiB, 16 KiB, "\${ASSAY_BLOCK:-1MiB}"]`;

  it("becomes a phase for each combination, the first list slowest, named as written", () => {
    const phases = plan(withPhase(fields)).phases;
    expect(phases.map((phase) => phase.name)).toEqual([
      "p[queueDepth=1,blockSize=4KiB]",
      "p[queueDepth=1,blockSize=16 KiB]",
      "p[queueDepth=1,blockSize=1MiB]",
      "p[queueDepth=4,blockSize=4KiB]",
      "p[queueDepth=4,blockSize=16 KiB]",
      "p[queueDepth=4,blockSize=1MiB]",
    ]);
    expect(phases[4]).toMatchObject({
      queueDepth: 4,
      blockBytes: 16_384,
      matrix: { queueDepth: "4", blockSize: "16 KiB" },
    });
  });

  it("sweeps the number of hosts, which is absent where no phase says it", () => {
    const sweep = plan(withPhase("dataset: data\noperation: stat\nmatrix: { hosts: [1, 2, 4] }"));
    expect(sweep.phases.map(({ name, hosts }) => [name, hosts])).toEqual([
      ["p[hosts=1]", 1],
      ["p[hosts=2]", 2],
      ["p[hosts=4]", 4],
    ]);
    expect(mostHosts(sweep)).toBe(4);
    const other = plan(withPhase("dataset: data\noperation: stat"));
    expect(other.phases.map((phase) => Object.hasOwn(phase, "hosts"))).toEqual([false]);
    expect(mostHosts(other)).toBe(1);
  });

  it("wins over defaults", () => {
    const phases = plan(withPhase(fields, "{ queueDepth: 9 }")).phases;
    expect(new Set(phases.map((phase) => phase.queueDepth))).toEqual(new Set([1, 4]));
  });
});
