import { describe, expect, test } from "vitest";
import { evidenceOf } from "../../../src/claim/evidence/evidence.ts";
import { variablesOf } from "../../../src/claim/evidence/phase-variables.ts";
import { ONE_SIDE } from "../../../src/claim/formula/variables.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { BUCKET, VOLUME } from "../../report/fixture.ts";
import { type Made, madeRun } from "../../truth/made-storage.ts";

const READS: Made = { seconds: 30, rate: 100, plan: { workers: 2, queueDepth: 4 } };

function variables(target: TargetSpec, made: Made = READS) {
  const [evidence] = evidenceOf([madeRun(target, [made]).run]);
  if (evidence === undefined) throw new Error("no evidence");
  return variablesOf(evidence);
}

describe("variables of a phase", () => {
  test("are all known to expressions, and of the type these expect", () => {
    const target = { ...BUCKET, instance: { region: "us-east-1", ebsBaselineIops: 3000 } };
    for (const values of [variables(target), variables(VOLUME)]) {
      for (const [name, value] of Object.entries(values)) {
        expect(ONE_SIDE, name).toHaveProperty(name);
        const type = { number: "number", flag: "boolean", text: "string" };
        expect(typeof value, name).toBe(type[ONE_SIDE[name]?.type ?? "number"]);
      }
    }
  });

  test("say where a bucket lies and where its client is", () => {
    const instance = { region: "eu-west-1" };
    expect(variables({ ...BUCKET, instance })).toMatchObject({
      region: "us-east-1",
      area: "us",
      instance_region: "eu-west-1",
      instance_area: "eu",
      accelerate: false,
    });
    expect(variables(VOLUME)).not.toHaveProperty("area");
  });

  test("say how what is read was laid out, listed and checked", () => {
    const plan = { ...READS.plan, verify: true };
    expect(variables(BUCKET, { ...READS, plan })).toMatchObject({
      prefixes: 1,
      listing: "directory",
      verify: true,
      in_flight: 8,
    });
    const [phase] = madeRun(BUCKET, [READS]).run.plan.phases;
    const objects = phase === undefined ? {} : { objects: { ...phase.objects, verify: true } };
    const checked = variables(BUCKET, { ...READS, plan: { ...READS.plan, ...objects } });
    expect(checked).toMatchObject({ verify: true });
  });
});
