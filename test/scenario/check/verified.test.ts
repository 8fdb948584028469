import { describe, expect, it } from "vitest";
import { ENGINES } from "../../../src/engine/index.ts";
import { NO_LIMITS } from "../../../src/model/target/host-limits.ts";
import { unsupported } from "../../../src/scenario/preflight/preflight.ts";
import { parseTarget } from "../../../src/scenario/targets/targets.ts";
import { phaseOf, plan, problems, withPhase } from "../support.ts";

const HOST = { engines: ENGINES, limits: NO_LIMITS };

const READ = "dataset: data\noperation: read\naccess: random\nverify: true";

/** A scenario of two phases on one dataset. */
function twoPhases(first: string, second: string, dataset = "{ count: 10, size: 1MiB }"): string {
  return `name: x
datasets: { data: ${dataset}, other: { count: 1, size: 1MiB } }
phases:
  - { name: one, ${first} }
  - { name: two, ${second} }
`;
}

const VERIFIED = "dataset: data, operation: read, access: random, verify: true";

describe("verify", () => {
  it("makes its dataset, and no other, one of blocks that describe themselves", () => {
    const { datasets, phases } = plan(twoPhases(VERIFIED, "dataset: other, operation: stat"));
    expect(datasets.map(({ data }) => data.verifiable)).toEqual([true, false]);
    expect(phases.map(({ verify }) => verify)).toEqual([true, false]);
  });

  it("said for all phases reaches those that move blocks", () => {
    const text = withPhase("dataset: data\noperation: stat", "{ verify: true }");
    expect(plan(text).phases[0]?.verify).toBe(false);
    const set = ["verify=true"];
    expect(phaseOf("dataset: data\noperation: fetch", { set }).verify).toBe(false);
    const mix = "dataset: data\nmix: { read: 1, write: 1 }\naccess: random";
    expect(phaseOf(mix, { set }).verify).toBe(true);
    const shaped = mix.replace("random", "{ zipf: { theta: 1.1 } }");
    expect(phaseOf(`${shaped}\nblockSize: { 4KiB: 7, 64KiB: 3 }`, { set }).verify).toBe(true);
  });
});

it("of whole files checks what the objects of a bucket hold", () => {
  const { verify, objects } = phaseOf("dataset: data\noperation: fetch\nverify: true");
  expect({ verify, objects }).toMatchObject({ verify: false, objects: { verify: true } });
});

describe("what cannot be verified", () => {
  it.each([
    [
      "metadata",
      "dataset: data\noperation: stat\nverify: true",
      "`verify` requires `read` or `write`",
    ],
    [
      "samples",
      "dataset: tars\noperation: read\naccess: samples\nverify: true",
      "or whole objects in a bucket",
    ],
    ["shards", READ.replace(": data", ": tars"), "requires a dataset of files"],
    ["odd blocks", `${READ}\nblockSize: 512B`, "requires multiples of 4 KiB, got 512 B"],
    [
      "a mix with odd blocks",
      `${READ}\nblockSize: { 2KiB: 1, 8KiB: 9 }`,
      "requires multiples of 4 KiB, got 2048 B",
    ],
  ])("are %s", (_, fields, message) => {
    const found = problems(withPhase(fields));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^a\.yaml:\d+:\d+: /);
    expect(found[0]).toContain(message);
  });

  it.each([
    ["created", "dataset: data, operation: create", "`create` would change the blocks of `data`"],
    ["deleted", "dataset: data, operation: delete", "`delete` would change the blocks of `data`"],
    [
      "written in part",
      "dataset: data, operation: write, access: random, blockSize: 1KiB",
      "requires multiples of 4 KiB, got 1024 B",
    ],
    [
      "written in part at times",
      "dataset: data, operation: write, access: random, blockSize: { 512B: 1, 4KiB: 9 }",
      "requires multiples of 4 KiB, got 512 B",
    ],
  ])("is a dataset that is %s", (_, other, message) => {
    const found = problems(twoPhases(VERIFIED, other));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^a\.yaml:5:5: /);
    expect(found[0]).toContain(message);
  });

  it("is a dataset above the maximum, or with repeated blocks", () => {
    const large = problems(
      twoPhases(VERIFIED, "dataset: data, operation: stat", "{ count: 257, size: 1GiB }"),
    );
    expect(large).toEqual([expect.stringContaining("supports at most 256 GiB")]);
    const dedupable = "{ count: 1, size: 1MiB, data: { dedupable: 2 } }";
    const twice = problems(twoPhases(VERIFIED, "dataset: data, operation: stat", dedupable));
    expect(twice).toEqual([
      expect.stringContaining("requires unique 4 KiB blocks; remove `dedupable`"),
    ]);
  });
});

describe("an engine that discards the bytes it reads", () => {
  it("cannot verify a phase", () => {
    const made = plan(withPhase(READ));
    const reasons = (target: string) =>
      unsupported(made, parseTarget(target, { endpoint: "http://127.0.0.1:9000" }, {}), HOST);
    expect(reasons("s3://bucket")[0]?.reason).toBe(
      "verify: the s3-sdk engine discards the bytes it reads; use another engine",
    );
    expect(unsupported(made, parseTarget("null:", {}, {}), HOST)).toHaveLength(1);
    expect(unsupported(made, parseTarget("/", {}, {}), HOST)).toEqual([]);
  });
});

describe("data of a dataset", () => {
  const dataOf = (data: string) =>
    plan(
      twoPhases(
        "dataset: data, operation: stat",
        "dataset: data, operation: fetch",
        `{ count: 1, size: 1MiB, data: ${data} }`,
      ),
    ).datasets[0]?.data;
  const faultsOf = (data: string, more = "") =>
    problems(
      twoPhases(
        "dataset: other, operation: stat",
        "dataset: other, operation: fetch",
        `{ count: 1, size: 1MiB, data: ${data} ${more} }`,
      ),
    );

  it("is random, or has ratios", () => {
    const verifiable = false;
    expect(dataOf("random")).toEqual({ compressible: 1, dedupable: 1, verifiable });
    expect(dataOf("{ compressible: 2.5 }")).toEqual({
      compressible: 2.5,
      dedupable: 1,
      verifiable,
    });
    expect(dataOf("{ compressible: 2, dedupable: 3 }")).toEqual({
      compressible: 2,
      dedupable: 3,
      verifiable,
    });
  });

  it.each([
    ["{ compressible: 0.5 }", "", "expected a ratio from 1 to 20, got 0.5"],
    ["{ dedupable: 2000 }", "", "expected a ratio from 1 to 1000"],
    ["{ dedupable: 2 }", ", kind: shards", "`dedupable` needs `kind: files`"],
    ["zeros", "", "`data`"],
    ["{ compressable: 2 }", "", "did you mean `compressible`"],
  ])("%s%s is refused", (data, more, message) => {
    const found = faultsOf(data, more);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^a\.yaml:2:\d+: /);
    expect(found[0]).toContain(message);
  });
});
