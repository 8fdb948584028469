import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { undeclaredClaims } from "../../../src/claim/declaration/undeclared.ts";
import { verify } from "../../../src/claim/index.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { declaredKnowledge } from "../../../src/model/target/knowledge.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { single } from "../../report/cases.ts";
import { DIRECTORY, VOLUME } from "../../report/fixture.ts";

const { claims } = await loadCatalogue();

const EMPTY: TargetSpec = { ...VOLUME, provisioned: {} };
const WHOLE: TargetSpec = {
  ...VOLUME,
  instance: { type: "m6a.4xlarge", ebsBaselineIops: 20_000, ebsMaximumIops: 40_000 },
};

function foreseen({ plan }: Run, target: TargetSpec) {
  return undeclaredClaims(claims, plan, target, declaredKnowledge(target));
}

/** Claims without a verdict after the run because a fact is undeclared. */
function undeclaredAfter(run: Run): readonly string[] {
  return verify(claims, [run], () => null)
    .filter(({ reason }) => reason.code === "undeclared")
    .map(({ claim }) => claim);
}

describe("claims that undeclared facts leave without a verdict", () => {
  test.each([
    ["nothing declared", EMPTY],
    ["size, IOPS and throughput declared", VOLUME],
    ["everything declared", WHOLE],
    ["EFS", { ...EMPTY, kind: "efs" }],
    ["no kind", DIRECTORY],
  ] as const)("are known before the run as after it: %s", (_, target) => {
    const run = single(target);
    expect([...foreseen(run, target).undecided].sort()).toEqual([...undeclaredAfter(run)].sort());
  });

  test("name the facts as a targets file does", () => {
    const { claims: count, undecided, facts } = foreseen(single(EMPTY), EMPTY);
    expect(undecided).toContain("ebs.gp3.iops.provisioned");
    expect(facts).toEqual(["instance", "provisioned.iops", "provisioned.throughput"]);
    expect(count).toBeGreaterThan(undecided.length);
  });

  test("are none for a target that is not an AWS kind", () => {
    expect(foreseen(single(DIRECTORY), DIRECTORY)).toEqual({ claims: 0, undecided: [], facts: [] });
  });
});
