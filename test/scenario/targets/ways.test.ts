import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/model/fault/errors.ts";
import { parseTarget, type TargetOverrides } from "../../../src/scenario/targets/targets.ts";

function refusal(text: string, overrides: TargetOverrides): string {
  try {
    parseTarget(text, overrides, {});
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "";
}

describe("ways to a bucket", () => {
  it("are said by flags, and stand in the address only where they are", () => {
    const { address } = parseTarget("s3://abc", { dualStack: true, requesterPays: true }, {});
    expect(address).toMatchObject({ dualStack: true, requesterPays: true });
    expect(address).not.toHaveProperty("fips");
  });

  it("are refused where they lead nowhere", () => {
    const endpoint = "http://127.0.0.1:9000";
    expect(refusal("s3://abc", { endpoint, fips: true })).toBe(
      "--target: `fips` selects an AWS endpoint; remove `endpoint`",
    );
    expect(refusal("s3://a.b.c", { accelerate: true })).toMatch(
      /^--target: `accelerate` requires the name of a general purpose bucket/,
    );
    expect(refusal("s3://abc", { accelerate: true, fips: true })).toMatch(
      /`accelerate` requires the name/,
    );
    expect(refusal("s3://abc", { kind: "s3-express" })).toMatch(
      /expected the name of a directory bucket/,
    );
  });

  it("several endpoints take turns, the first of them stands for all", () => {
    const endpoint = "http://127.0.0.1:9000, http://127.0.0.2:9000";
    const { kind, address } = parseTarget("s3://abc", { endpoint }, {});
    expect({ kind, address }).toMatchObject({
      kind: "minio",
      address: {
        endpoint: "http://127.0.0.1:9000",
        endpoints: ["http://127.0.0.1:9000", "http://127.0.0.2:9000"],
      },
    });
    expect(refusal("s3://abc", { endpoint: `${endpoint},nowhere` })).toMatch(/expected a URL/);
  });

  it("an access point is named by its ARN", () => {
    const arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/training";
    const { name, address } = parseTarget(`s3://${arn}/some/prefix`, {}, {});
    expect(name).toBe("training");
    expect(address).toMatchObject({ bucket: arn, prefix: "some/prefix/" });
    expect(refusal("s3://arn:aws:s3:nowhere/x", {})).toMatch(/ARN of an access point/);
  });
});
