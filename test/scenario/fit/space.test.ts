import { describe, expect, it } from "vitest";
import { datasetSpace, spaceOf } from "../../../src/scenario/fit/space.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { plan } from "../support.ts";

const KIB = 1024;
const MIB = 1024 ** 2;

const DATASETS = `
datasets:
  one: { count: 4, size: 1MiB }
  two: { count: 10, size: 10KiB }
`;

const made = (phases: string, head = "") => plan(`name: x\n${head}${DATASETS}\nphases:\n${phases}`);
const READ = "operation: read, access: random, blockSize: 4KiB, duration: 1s";

describe("the space of a plan", () => {
  it("has every dataset once that phases read, in any number of repetitions", () => {
    const text = `  - { name: a, dataset: one, ${READ} }\n  - { name: b, dataset: two, ${READ} }`;
    const space = spaceOf(made(text, "repetitions: 3"), { kind: "directory", blockBytes: 4096 });
    expect(space).toEqual({
      preparedBytes: 4 * MIB + 100 * KIB,
      preparedFiles: 14,
      loadBytes: 0,
      timedWriters: [],
      peakBytes: 4 * MIB + 120 * KIB,
      peakFiles: 16,
      peakDatasets: ["one", "two"],
    });
  });

  it("has datasets that never exist together only once", () => {
    const text = `
  - { name: make, dataset: one, operation: create }
  - { name: drop, dataset: one, operation: delete }
  - { name: b, dataset: two, ${READ} }`;
    const space = spaceOf(made(text, "repetitions: 2"));
    expect(space).toMatchObject({
      preparedBytes: 100 * KIB,
      loadBytes: 2 * 4 * MIB,
      // In the second repetition, the first phase creates its files beside the other dataset.
      peakBytes: 4 * MIB + 100 * KIB,
    });
    expect(spaceOf(made(text)).peakBytes).toBe(4 * MIB);
  });

  it("prepares again what a phase removed", () => {
    const text = `
  - { name: drop, dataset: one, operation: delete }
  - { name: again, dataset: one, ${READ} }`;
    expect(spaceOf(made(text)).preparedBytes).toBe(8 * MIB);
  });

  it("names phases that write for a time, and counts those that end by a count", () => {
    const write = "operation: write, access: random, blockSize: 4KiB, dataset: one";
    const text = `
  - { name: timed, ${write}, duration: 1s }
  - { name: counted, ${write}, operations: 100 }
  - { name: bytes, ${write}, totalBytes: 8MiB }
  - { name: half, mix: { read: 50, write: 50 }, access: random, blockSize: 4KiB, dataset: one,
      epochs: 1 }`;
    expect(spaceOf(made(text))).toMatchObject({
      timedWriters: ["timed"],
      loadBytes: 100 * 4 * KIB + 8 * MIB + 2 * MIB,
    });
  });

  it("needs no preparation on a device, where datasets share one region", () => {
    const text = `  - { name: a, dataset: one, ${READ} }\n  - { name: b, dataset: two, ${READ} }`;
    const space = spaceOf(made(text), { kind: "device", blockBytes: 1 });
    expect(space).toMatchObject({ preparedBytes: 0, peakBytes: 4 * MIB, peakDatasets: ["one"] });
  });

  it("writes objects again whose storage class a phase needs otherwise", () => {
    const text = `
  - { name: a, dataset: one, operation: fetch, storageClass: STANDARD }
  - { name: b, dataset: one, operation: fetch, storageClass: STANDARD_IA }`;
    expect(spaceOf(made(text), { kind: "bucket", blockBytes: 1 }).preparedBytes).toBe(8 * MIB);
  });
});

describe("the space of a dataset", () => {
  const one = (text: string) => {
    const [dataset] = plan(
      `{name: x, datasets: {d: ${text}}, phases: [{name: p, operation: fetch}]}`,
    ).datasets;
    if (dataset === undefined) throw new Error("no dataset");
    return dataset;
  };

  it.each([
    "{count: 100, size: 10KiB}",
    "{count: 1000, size: {uniform: {min: 1KiB, max: 1MiB}}}",
    "{count: 1000, size: {lognormal: {mean: 110KB, sd: 70KB, min: 4KB, max: 500KB}}}",
  ])("is that of the files: %s", (text) => {
    const dataset = one(text);
    const { totalBytes, count } = layOut(dataset, "d");
    expect(datasetSpace(dataset, 1)).toMatchObject({ bytes: totalBytes, files: count });
  });

  it.each([
    "{kind: shards, count: 1000, size: 10KiB, shardSize: 1MiB}",
    "{kind: shards, count: 5000, size: {lognormal: {mean: 110KB, sd: 70KB, min: 4KB, max: 500KB}}}",
  ])("is at least that of the shards, at most 7%% more: %s", (text) => {
    const dataset = one(text);
    const { totalBytes, count } = layOut(dataset, "d");
    const space = datasetSpace(dataset, 1);
    expect(space.bytes).toBeGreaterThanOrEqual(totalBytes);
    expect(space.bytes).toBeLessThan(totalBytes * 1.07);
    expect(space.files).toBeGreaterThanOrEqual(count);
  });

  it("is rounded up to whole blocks, for each version", () => {
    const space = datasetSpace(one("{count: 10, size: 1KiB, versions: 3}"), 4096);
    expect(space).toMatchObject({ bytes: 30 * KIB, files: 30, allocatedBytes: 120 * KIB });
  });
});
