import { describe, expect, it } from "vitest";
import { problems, withPhase } from "../support.ts";

/** Each with the field that is wrong last, so that the column shows where the problem points. */
const WRONG = [
  ["no operation", "dataset: data"],
  ["operation and mix", "dataset: data\naccess: random\nmix: { read: 1 }\noperation: read"],
  ["mix of blocks and files", "dataset: data\naccess: random\nmix: { read: 1, stat: 1 }"],
  ["no dataset where there are two", "operation: stat"],
  ["unknown dataset", "operation: stat\ndataset: dta"],
  ["read without access", "dataset: data\noperation: read"],
  ["shuffled blocks", "dataset: data\noperation: write\naccess: shuffled"],
  ["random whole files", "dataset: data\noperation: fetch\naccess: random"],
  ["stream of loose files", "dataset: data\noperation: stream"],
  ["samples of loose files", "dataset: data\noperation: read\naccess: samples"],
  ["write to shards", "dataset: tars\naccess: random\noperation: write"],
  ["block larger than a file", "dataset: data\noperation: read\naccess: random\nblockSize: 2MiB"],
  ["odd block with direct", "dataset: data\noperation: read\naccess: random\nblockSize: 1000B"],
  ["samples with direct", "dataset: tars\noperation: read\naccess: samples\ncache: direct"],
  ["create with direct", "dataset: data\noperation: create\ncache: direct"],
  ["two limits", "dataset: data\noperation: stat\nduration: 1s\nepochs: 1"],
  ["bytes of what has none", "dataset: data\noperation: stat\ntotalBytes: 1GiB"],
  ["less than a block", "dataset: data\noperation: read\naccess: random\ntotalBytes: 1KiB"],
  ["create for a time", "dataset: data\noperation: create\nduration: 3s"],
  ["delete twice", "dataset: data\noperation: delete\nepochs: 2"],
  ["create more than there is", "dataset: data\noperation: create\noperations: 11"],
  ["warm-up of an epoch", "dataset: data\noperation: fetch\nepochs: 1\nwarmup: 1s"],
  ["matrix over a field", "dataset: data\noperation: stat\nworkers: 2\nmatrix: { workers: [1] }"],
  ["matrix over a rival", "dataset: data\nmix: { stat: 1 }\nmatrix: { operation: [fetch] }"],
  ["sync of what reads", "dataset: data\noperation: fetch\nsync: { call: fsync }"],
  ["dsync of what reads", "dataset: data\noperation: stat\ndsync: true"],
  ["create synced now and then", "dataset: data\noperation: create\nsync: { every: 8 }"],
  [
    "directory of a write",
    "dataset: data\noperation: write\naccess: random\nsync: { directory: true }",
  ],
  ["polling of files", "dataset: data\noperation: stat\npolling: submission"],
  [
    "completions polled in the page cache",
    "dataset: data\noperation: read\naccess: random\ncache: warm\npolling: completion",
  ],
  [
    "completions polled beside syncs",
    "dataset: data\noperation: write\naccess: random\nsync: {}\npolling: completion",
  ],
  ["sync of another name", "dataset: data\noperation: create\nsync: { call: syncfs }"],
  ["sync twice", "dataset: data\naccess: random\noperation: write\nmatrix: { sync: [{}, {}] }"],
  ["value twice", "dataset: data\noperation: stat\nmatrix: { workers: [1, 1] }"],
] as const;

describe("fields that do not go together", () => {
  it.each(WRONG)("%s", (_what, fields) => {
    const found = problems(withPhase(fields));
    expect(found).toHaveLength(1);
    expect(found).toMatchSnapshot();
  });

  it("are not told of a field that could not be read", () => {
    const found = problems(withPhase("dataset: tars\noperation: read\naccess: smples"));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("did you mean `samples`?");
  });

  it("are told beside another field that could not be read", () => {
    const found = problems(withPhase("dataset: data\noperation: stream\nworkers: none"));
    expect(found).toHaveLength(2);
  });

  it("point into defaults where the field stands there", () => {
    const found = problems(withPhase("dataset: data\noperation: stream", "{ access: random }"));
    expect(found[0]).toMatch(/^a\.yaml:5:21: `stream` does not support `random`/);
  });

  it("stop a matrix that is out of hand", () => {
    const list = Array.from({ length: 40 }, (_, i) => i + 1).join(", ");
    const matrix = `{ workers: [${list}], queueDepth: [${list}] }`;
    const fields = `dataset: data\noperation: stat\nmatrix: ${matrix}`;
    expect(problems(withPhase(fields))).toEqual([
      "a.yaml:10:5: expected a matrix of at most 1000 phases, got 1600",
    ]);
  });

  it("are a phase's own name used twice", () => {
    const text = `name: x
datasets: { data: { count: 1, size: 1KiB } }
phases:
  - { name: p, operation: stat }
  - { name: p, operation: fetch }
`;
    expect(problems(text)).toEqual([
      "a.yaml:5:13: duplicate phase name `p`; expected a unique name",
    ]);
  });
});

describe("datasets", () => {
  const faulty = (dataset: string) =>
    problems(`name: x
datasets:
  data: ${dataset}
phases: [{ name: p, operation: stat }]
`);

  it.each([
    ["{ kind: shards, count: 1, size: 1KiB, suffix: .zip }"],
    ["{ count: 1, size: 1KiB, suffix: jpg }"],
    ["{ count: 1, size: { uniform: { min: 2KiB, max: 1KiB } } }"],
    ["{ count: 1, size: { lognormal: { mean: 2KiB, sd: 1KiB, max: 1KiB } } }"],
    ["{ count: 1, size: { uniform: { min: 1B, max: 2B }, lognormal: { mean: 1B, sd: 1B } } }"],
    ["{ count: 100000000, size: 1TiB }"],
    ["{ count: 0, size: 0B }"],
    ["{ size: 1KiB }"],
    ["{ count: 9, size: 1KiB, tree: { width: 2, depth: 2, filesPerDirectory: 2 } }"],
    ["{ size: 1KiB, tree: { width: 100, depth: 4, filesPerDirectory: 2 } }"],
    ["{ size: 1KiB, tree: { width: 2, depth: 17 } }"],
    ["{ size: 1KiB, filesPerDirectory: 5, tree: { width: 2, depth: 1, filesPerDirectory: 2 } }"],
    ["{ kind: shards, size: 1KiB, tree: { width: 2, depth: 1, filesPerDirectory: 2 } }"],
  ])("%s is refused", (dataset) => {
    expect(faulty(dataset)).toMatchSnapshot();
  });
});
