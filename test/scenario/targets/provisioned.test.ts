import { expect, it } from "vitest";
import { UsageError } from "../../../src/model/fault/errors.ts";
import { TARGET_KINDS } from "../../../src/model/target/kind.ts";
import { inBaseUnits, loadLimits } from "../../../src/scenario/targets/limits.ts";
import { parseTarget, parseTargets } from "../../../src/scenario/targets/targets.ts";
import { linesOf } from "../support.ts";

/** A targets file of one target on a line each, and what is said of it. */
function faultsOf(kind: string, provisioned: string, more = ""): readonly string[] {
  const lines = ["targets:", "  a:", `    kind: ${kind}`, "    path: /x"];
  const text = [...lines, `    provisioned: ${provisioned}`, more].join("\n");
  return linesOf(() => parseTargets("t.yaml", text, {}));
}

it.each([
  [
    "{ iops: 90000 }",
    "t.yaml:5:26: gp3 can be provisioned with 3,000 to 80,000 IOPS (until 2025-09-26 at most " +
      "16,000); got 90,000",
  ],
  [
    "{ size: 20GiB, iops: 20000 }",
    "t.yaml:5:39: gp3 can be provisioned with at most 500 IOPS for each GiB, so with 10,000 at " +
      "20 GiB; got 20,000, which requires 40 GiB",
  ],
  [
    "{ iops: 3000, throughput: 1000MiB/s }",
    "t.yaml:5:44: gp3 can be provisioned with at most 0.25 MiB/s for each IOPS, so with 750 " +
      "MiB/s at 3,000 IOPS; got 1,000 MiB/s, which requires 4,000 IOPS",
  ],
  [
    "{ size: 65TiB }",
    "t.yaml:5:26: gp3 can be provisioned with 1 GiB to 64 TiB (until 2025-09-26 at most 16 TiB); " +
      "got 65 TiB",
  ],
  [
    "{ throughputMode: elastic }",
    "t.yaml:5:36: `throughputMode` does not apply to gp3; expected `size`, `iops`, " +
      "`throughput`, `origin`, `initialised`, `encrypted`, `zone`",
  ],
  ["{ initialised: maybe }", "t.yaml:5:33: `initialised`: expected `yes` or `no`, got `maybe`"],
])("gp3 with %s is told with its place", (provisioned, line) => {
  expect(faultsOf("ebs-gp3", provisioned)).toEqual([line]);
});

it.each([
  ["ebs-gp2", "{ iops: 3000 }", "gp2 does not support `iops`: its IOPS follow from its size"],
  ["ebs-st1", "{ size: 100GiB }", "st1 can be provisioned with 125 GiB to 16 TiB; got 100 GiB"],
  ["ebs-io2", "{ size: 10GiB, iops: 20000 }", "so with 10,000 at 10 GiB; got 20,000"],
  ["ebs-io2", "{ iops: 256001 }", "io2 can be provisioned with 100 to 256,000 IOPS"],
  ["efs", "{ size: 1TiB }", "EFS does not support `size`"],
  [
    "efs",
    "{ throughputMode: elastic, throughput: 100MiB/s }",
    "EFS with `throughputMode: elastic` does not support `throughput`: only the mode `provisioned`",
  ],
  [
    "efs",
    "{ availability: one-zone, performanceMode: max-io }",
    "EFS with `availability: one-zone`: expected general-purpose as `performanceMode`, got max-io",
  ],
  [
    "efs",
    "{ fileClass: archive, throughputMode: bursting }",
    "EFS with `fileClass: archive`: expected elastic as `throughputMode`, got bursting",
  ],
  [
    "fsx-lustre",
    "{ deployment: persistent-1, medium: ssd, throughputPerTiB: 125MB/s }",
    "expected 50 MB/s, 100 MB/s or 200 MB/s as `throughputPerTiB`, got 125 MB/s",
  ],
  [
    "fsx-lustre",
    "{ deployment: persistent-2, medium: ssd, size: 3600GiB }",
    "expected a size of 1,200 GiB or multiples of 2,400 GiB, got 3,600 GiB",
  ],
  [
    "fsx-lustre",
    "{ deployment: scratch-2, metadataIops: 1500 }",
    "does not support `metadataIops`",
  ],
  [
    "fsx-lustre",
    "{ medium: intelligent-tiering, size: 1200GiB }",
    "does not support `size`: it has no",
  ],
  ["instance-store", "{ origin: empty }", "an instance store does not support `origin`"],
  ["directory", "{ fileClass: archive }", "`fileClass` does not apply to a directory"],
])("%s with %s", (kind, provisioned, sentence) => {
  const faults = faultsOf(kind, provisioned);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(sentence);
});

it.each([
  // What is included at any size needs no ratio; the highest of each ratio is allowed.
  ["ebs-gp3", "{ size: 1GiB, iops: 3000, throughput: 125MiB/s }"],
  ["ebs-gp3", "{ size: 160GiB, iops: 80000, throughput: 2000MiB/s }"],
  ["ebs-gp3", "{ iops: 16000 }"],
  ["ebs-io2", "{ size: 256GiB, iops: 256000, zone: use1-az4 }"],
  ["efs", "{ throughputMode: provisioned, throughput: 100MiB/s, availability: one-zone }"],
  ["efs", "{ availability: one-zone, throughputMode: elastic, zone: eu-west-1a }"],
  ["fsx-lustre", "{ deployment: scratch-2, medium: ssd, size: 1.2TiB, throughputPerTiB: 200MB/s }"],
  [
    "fsx-lustre",
    "{ deployment: persistent-1, medium: hdd, size: 6000GiB, throughputPerTiB: 12MB/s }",
  ],
  ["fsx-lustre", "{ deployment: persistent-2, medium: intelligent-tiering, throughput: 4000MB/s }"],
  ["directory", "{ size: 1TiB, iops: 100 }"],
])("%s with %s is possible", (kind, provisioned) => {
  expect(faultsOf(kind, provisioned)).toEqual([]);
});

it.each([
  [
    "directory",
    "    emulated: yes",
    "`emulated` requires an AWS kind such as `ebs-gp3`, got `directory`",
  ],
  ["ebs-gp3", "    emulated: { scale: 0 }", "`scale`: expected a number above 0, got 0"],
  [
    "ebs-gp3",
    "    instance: large",
    "`instance`: expected an instance type such as `m6a.4xlarge`, got `large`",
  ],
  ["ebs-gp3", "    instance: { network: 10MB/s }", "invalid unit `MB/s`; expected a bandwidth"],
  ["ebs-gp3", "    instance: { ebsIops: { baseline: 10 } }", "`maximum` is missing"],
])("%s with %s", (kind, more, sentence) => {
  const faults = faultsOf(kind, "{}", `${more}\n`);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(sentence);
});

it("the command line says the same", () => {
  const said = {
    kind: "ebs-gp3",
    provisioned: "size=500GiB,iops=6000,initialised=yes",
    instance: "m6a.4xlarge",
    emulated: true,
  };
  expect(parseTarget("/mnt/gp3", said, {})).toEqual({
    name: "gp3",
    kind: "ebs-gp3",
    address: { kind: "path", path: "/mnt/gp3" },
    provisioned: { sizeBytes: 500 * 2 ** 30, iops: 6000, initialised: true },
    instance: { type: "m6a.4xlarge" },
    emulated: { scale: 1 },
  });
});

it.each([
  [
    { provisioned: "size" },
    "--provisioned: expected pairs such as `size=500GiB,iops=6000`, got `size`",
  ],
  [{ provisioned: "siez=1GiB" }, "--provisioned: unknown field `siez`; did you mean `size`?"],
  [{ provisioned: "iops=1,iops=2" }, "--provisioned: duplicate field `iops`"],
  [{ provisioned: "size=5" }, "--provisioned: `size`: the number 5 has no unit"],
  [{ provisioned: "iops=90000" }, "--provisioned: gp3 can be provisioned with 3,000 to 80,000"],
  [
    { instance: "large" },
    "--instance: expected an instance type such as `m6a.4xlarge`, got `large`",
  ],
])("%j gets one sentence", (overrides, sentence) => {
  const parse = () => parseTarget("/mnt", { kind: "ebs-gp3", ...overrides }, {});
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(sentence);
});

it("the limits speak of every kind, and each of their values can be read", () => {
  const { kinds } = loadLimits();
  expect(Object.keys(kinds).sort()).toEqual([...TARGET_KINDS].sort());
  for (const { fields, ranges, cases, refused } of Object.values(kinds)) {
    for (const name of Object.keys(refused)) expect(fields).not.toContain(name);
    for (const name of Object.keys(ranges)) expect(fields).toContain(name);
    for (const { when, allow } of cases) {
      for (const [name, values] of [...Object.entries(when), ...Object.entries(allow)]) {
        expect(fields).toContain(name);
        for (const value of values) expect(inBaseUnits(name, value)).toBeDefined();
      }
    }
  }
});
