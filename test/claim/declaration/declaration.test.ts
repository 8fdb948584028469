import { describe, expect, test } from "vitest";
import { type Declaration, declaredAfter } from "../../../src/claim/declaration/declaration.ts";
import { UsageError } from "../../../src/model/fault/errors.ts";
import type { Run } from "../../../src/model/run/run.ts";
import type { Backing } from "../../../src/model/target/backing.ts";
import { declaredKnowledge } from "../../../src/model/target/knowledge.ts";
import { single } from "../../report/cases.ts";
import { BUCKET, DIRECTORY, VOLUME } from "../../report/fixture.ts";

const NONE: Declaration = { provisioned: {}, instance: {}, instanceLimits: null };
const GP3: Declaration = { ...NONE, kind: "ebs-gp3", provisioned: { iops: 6000 } };

const VIRTIO: Backing = {
  kind: "other-disk",
  id: null,
  evidence: "vda shows no model",
  mountOptions: [],
  members: [],
};

function on(backing: Backing | null): Run {
  const run = single(DIRECTORY);
  return { ...run, storage: { ...declaredKnowledge(run.target), backing, misfit: null } };
}

describe("facts that the run does not have", () => {
  test("are added and marked, and the stored run is unchanged", () => {
    const run = single(DIRECTORY);
    const copy = structuredClone(run);
    const after = declaredAfter(run, GP3);
    expect(run).toEqual(copy);
    expect(after.target.kind).toBe("ebs-gp3");
    expect(after.storage?.provisioned.iops).toEqual({ value: 6000, from: "declared-after" });
    expect(after.declaredAfter).toEqual(["kind ebs-gp3", "iops 6,000"]);
    expect({ ...after, target: 0, storage: 0, declaredAfter: 0 }).toEqual({
      ...run,
      ...{ target: 0, storage: 0, declaredAfter: 0 },
    });
  });

  test("include the published limits of a declared instance type", () => {
    const instance = {
      instance: { type: "m6a.4xlarge" },
      instanceLimits: { ebsBaselineIops: 40_000 },
    };
    const { storage } = declaredAfter(single(DIRECTORY), { ...GP3, ...instance });
    expect(storage?.instance).toEqual({
      type: { value: "m6a.4xlarge", from: "declared-after" },
      ebsBaselineIops: { value: 40_000, from: "published" },
    });
  });

  test("keep the run as it is if it has all of them", () => {
    const run = single(VOLUME);
    const { sizeBytes = 0, ...provisioned } = VOLUME.provisioned;
    // 1.2 TiB may be 1,200 GiB.
    const same = {
      ...NONE,
      kind: "ebs-gp3",
      provisioned: { ...provisioned, sizeBytes: sizeBytes * 1.02 },
    } as const;
    expect(declaredAfter(run, same)).toBe(run);
  });
});

describe("a contradiction is refused:", () => {
  test.each([
    ["another kind", single(VOLUME), { ...NONE, kind: "ebs-gp2" }, /kind is ebs-gp3, not ebs-gp2/],
    ["a path for a bucket", single(BUCKET), GP3, /kind is minio, not ebs-gp3/],
    ["a bucket for a path", single(DIRECTORY), { ...NONE, kind: "s3" }, /directory, not s3/],
    [
      "another number",
      single(VOLUME),
      { ...NONE, provisioned: { iops: 3000 } },
      /its iops is 6,000 \(declared\), not 3,000/,
    ],
    [
      "a kind that AWS describes otherwise",
      {
        ...single(DIRECTORY),
        storage: { ...declaredKnowledge(DIRECTORY), describedKind: "ebs-io2" },
      },
      GP3,
      /kind is ebs-io2, not ebs-gp3/,
    ],
    [
      "another scale of an emulation",
      single({ ...VOLUME, emulated: { scale: 10 } }),
      { ...NONE, emulated: { scale: 1 } },
      /scale 10, not 1/,
    ],
  ] as const)("%s", (_, run, declaration, message) => {
    expect(() => declaredAfter(run, declaration)).toThrow(UsageError);
    expect(() => declaredAfter(run, declaration)).toThrow(message);
  });
});

describe("a kind that the storage contradicts", () => {
  test("is a mismatch with a warning, so that no verdict follows from it", () => {
    const after = declaredAfter(on(VIRTIO), GP3);
    expect(after.storage?.misfit).toMatch(/^declared as an EBS gp3 volume, but the storage is/);
    expect(after.storage?.mismatches).toHaveLength(1);
    expect(after.warnings.at(-1)?.code).toBe("declared-mismatch");
  });

  test("is none if the target is declared as emulated", () => {
    const after = declaredAfter(on(VIRTIO), { ...GP3, emulated: { scale: 1 } });
    expect(after.storage?.misfit).toBeNull();
    expect(after.warnings).toEqual(on(VIRTIO).warnings);
    expect(after.declaredAfter).toEqual(["kind ebs-gp3", "iops 6,000", "emulated"]);
  });

  test("is unknown in an older run, which did not store its storage", () => {
    const { unknown = [], misfit } = declaredAfter(single(DIRECTORY), GP3).storage ?? {};
    expect(unknown).toEqual(["this host does not show the storage below the target"]);
    expect(misfit).toBeNull();
  });
});
