import { describe, expect, it } from "vitest";
import { NO_PARAMETERS } from "../../../src/model/plan/plan.ts";
import { phaseOf, plan, problems, withPhase } from "../support.ts";

const read = (fields: string) => phaseOf(`dataset: data\noperation: read\n${fields}`);
const wrong = (fields: string) => problems(withPhase(`dataset: data\n${fields}`));

describe("access", () => {
  it.each([
    ["zipf", "zipf", { theta: 0.99 }],
    ["{ zipf: {} }", "zipf", { theta: 0.99 }],
    ["{ zipf: { theta: 1.1 } }", "zipf", { theta: 1.1 }],
    ["hotspot", "hotspot", { hotOperationsShare: 0.8, hotDataShare: 0.2 }],
    ["{ hotspot: { data: 5 } }", "hotspot", { hotOperationsShare: 0.8, hotDataShare: 0.05 }],
    ["{ strided: { stride: 1MiB } }", "strided", { strideBytes: 1048576 }],
    [
      "{ strided: { stride: 8KiB, region: shared } }",
      "strided",
      { strideBytes: 8192, region: "shared" },
    ],
    ["sequential", "sequential", {}],
    ["{ sequential: { region: shared } }", "sequential", { region: "shared" }],
    ["{ reverse: { region: worker } }", "reverse", {}],
    ["permutation", "permutation", {}],
  ])("%s is planned in full", (text, access, parameters) => {
    expect(read(`access: ${text}`)).toMatchObject({
      access,
      accessParameters: { ...NO_PARAMETERS, ...parameters },
    });
  });

  it.each([
    ["zipf", 4096],
    ["permutation", 4096],
    ["reverse", 1048576],
  ])("%s has the block size of its kind where none is said", (access, blockBytes) => {
    expect(read(`access: ${access}`).blockBytes).toBe(blockBytes);
  });

  it.each([
    ["a theta of nothing", "operation: read\naccess: { zipf: { theta: 0 } }"],
    ["an unknown parameter", "operation: read\naccess: { zipf: { thta: 1 } }"],
    ["two patterns", "operation: read\naccess: { zipf: {}, hotspot: {} }"],
    ["no pattern", "operation: read\naccess: {}"],
    ["a pattern that takes nothing", "operation: read\naccess: { random: {} }"],
    ["all of the data", "operation: read\naccess: { hotspot: { data: 100 } }"],
    ["no stride", "operation: read\naccess: strided"],
    [
      "a stride of half a block",
      "operation: read\nblockSize: 4KiB\naccess: { strided: { stride: 6KiB } }",
    ],
    ["an unknown region", "operation: read\naccess: { reverse: { region: both } }"],
    ["a region of whole files", "operation: fetch\naccess: { sequential: { region: shared } }"],
    ["a pattern of blocks for files", "operation: fetch\naccess: { zipf: { theta: 1 } }"],
  ])("%s is one sentence", (_what, fields) => {
    const found = wrong(fields);
    expect(found).toHaveLength(1);
    expect(found).toMatchSnapshot();
  });

  it("goes into a matrix with its parameters", () => {
    const fields = `dataset: data
operation: read
matrix:
  access: [random, { zipf: { theta: 1.1 } }, { hotspot: { operations: 90, data: 10 } }]
  blockSize: [4KiB, { 4KiB: 70, 64KiB: 30 }]`;
    const { phases } = plan(withPhase(fields));
    expect(phases.map(({ name }) => name)).toEqual([
      "p[access=random,blockSize=4KiB]",
      "p[access=random,blockSize=4KiB:70 64KiB:30]",
      "p[access=zipf(theta:1.1),blockSize=4KiB]",
      "p[access=zipf(theta:1.1),blockSize=4KiB:70 64KiB:30]",
      "p[access=hotspot(operations:90 data:10),blockSize=4KiB]",
      "p[access=hotspot(operations:90 data:10),blockSize=4KiB:70 64KiB:30]",
    ]);
    const [twice] = wrong("operation: read\nmatrix: { access: [{ zipf: {} }, { zipf: {} }] }");
    expect(twice).toBe("a.yaml:10:15: duplicate value in `access`; expected each value once");
  });
});

describe("block sizes", () => {
  it("are a mix, smallest first and the largest of them the block", () => {
    expect(read("access: zipf\nblockSize: { 64KiB: 30, 4KiB: 70 }")).toMatchObject({
      blockBytes: 65_536,
      blockMix: [
        { bytes: 4096, weight: 70 },
        { bytes: 65_536, weight: 30 },
      ],
    });
    expect(read("access: zipf\nblockSize: 8KiB").blockMix).toEqual([]);
  });

  it.each([
    ["one size alone", "operation: read\naccess: random\nblockSize: { 4KiB: 70 }"],
    ["no unit", "operation: read\naccess: random\nblockSize: { 4096: 70, 64KiB: 30 }"],
    ["no weight", "operation: read\naccess: random\nblockSize: { 4KiB: , 64KiB: 30 }"],
    ["a size twice", "operation: read\naccess: random\nblockSize: { 1KiB: 1, 1024B: 1 }"],
    [
      "sizes that do not nest",
      "operation: read\naccess: random\nblockSize: { 48KiB: 1, 64KiB: 1 }",
    ],
    ["less than a sector", "operation: read\naccess: random\nblockSize: { 256B: 1, 64KiB: 1 }"],
    ["more than a file", "operation: read\naccess: random\nblockSize: { 4KiB: 1, 2MiB: 1 }"],
    ["sizes of whole files", "operation: fetch\nblockSize: { 4KiB: 1, 64KiB: 1 }"],
  ])("%s is one sentence", (_what, fields) => {
    const found = wrong(fields);
    expect(found).toHaveLength(1);
    expect(found).toMatchSnapshot();
  });
});
