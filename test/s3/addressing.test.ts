import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { BucketAddress } from "../../src/model/target/target.ts";
import { makeClient } from "../../src/s3/client.ts";
import { parseTarget, type TargetOverrides } from "../../src/scenario/targets/targets.ts";
import { startStub } from "../engine/objects/stub.ts";
import { setEnvironment } from "../env.ts";

let before: Record<string, string | undefined> = {};
beforeEach(() => {
  const AWS_SECRET_ACCESS_KEY = "stub-secret";
  before = setEnvironment({ AWS_ACCESS_KEY_ID: "stub-key", AWS_SECRET_ACCESS_KEY });
});
afterEach(() => void setEnvironment(before));

function bucketOf(text: string, overrides: TargetOverrides = {}): BucketAddress {
  const { address } = parseTarget(text, { region: "eu-west-1", ...overrides }, {});
  if (address.kind !== "bucket") throw new Error("no bucket");
  return address;
}

/** Host, path and headers of the first request of a GET. */
async function firstRequest(address: BucketAddress) {
  const client = makeClient(address, { connections: 1, retries: 0 });
  const seen = { hostname: "", query: {}, headers: {} };
  client.middlewareStack.add(
    () => async (args) => {
      Object.assign(seen, args.request);
      throw new Error("stays here");
    },
    { step: "finalizeRequest", name: "stop", priority: "low" },
  );
  await client
    .send(new GetObjectCommand({ Bucket: address.bucket, Key: "k" }))
    .catch(() => undefined);
  client.destroy();
  return seen;
}

const POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/training";

test.each<[string, string, TargetOverrides, string]>([
  ["a region", "s3://abc", {}, "abc.s3.eu-west-1.amazonaws.com"],
  ["acceleration", "s3://abc", { accelerate: true }, "abc.s3-accelerate.amazonaws.com"],
  ["both", "s3://abc", { accelerate: true, dualStack: true }, "abc.s3-accelerate.dualstack.amazon"],
  ["dual-stack", "s3://abc", { dualStack: true }, "abc.s3.dualstack.eu-west-1.amazonaws.com"],
  ["FIPS", "s3://abc", { fips: true, region: "us-east-1" }, "abc.s3-fips.us-east-1.amazonaws.com"],
  ["an access point", `s3://${POINT}/x`, {}, "training-123456789012.s3-accesspoint.us-west-2.amaz"],
  [
    "an alias",
    "s3://training-abc123-s3alias",
    {},
    "training-abc123-s3alias.s3.eu-west-1.amazonaws",
  ],
])("%s has its host", async (_, text, overrides, host) => {
  const { hostname } = await firstRequest(bucketOf(text, overrides));
  expect(hostname.startsWith(host), hostname).toBe(true);
});

test("a directory bucket starts with a session at its zonal endpoint", async () => {
  const text = "s3://data--use1-az4--x-s3";
  const address = bucketOf(text, { kind: "s3-express", region: "us-east-1" });
  const { hostname, query } = await firstRequest(address);
  expect(hostname).toBe("data--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com");
  expect(Object.keys(query)).toContain("session");
});

test("`requesterPays` adds the header", async () => {
  const paid = await firstRequest(bucketOf("s3://abc", { requesterPays: true }));
  expect(paid.headers).toMatchObject({ "x-amz-request-payer": "requester" });
  const plain = await firstRequest(bucketOf("s3://abc"));
  expect(plain.headers).not.toHaveProperty("x-amz-request-payer");
});

test("requests alternate between endpoints and are signed for theirs", async () => {
  const seen = [0, 0];
  await using first = await startStub((_, response) => {
    seen[0] = (seen[0] ?? 0) + 1;
    response.end("<ListBucketResult/>");
  });
  await using second = await startStub((_, response) => {
    seen[1] = (seen[1] ?? 0) + 1;
    response.end("<ListBucketResult/>");
  });
  const endpoint = `${first.address.endpoint},${second.address.endpoint}`;
  const address = bucketOf("s3://abc", { endpoint });
  const client = makeClient(address, { connections: 2, retries: 0 });
  for (let i = 0; i < 6; i++) await client.send(new ListObjectsV2Command({ Bucket: "abc" }));
  client.destroy();
  expect(seen).toEqual([3, 3]);
  for (const stub of [first, second]) {
    const host = new URL(stub.address.endpoint ?? "").host;
    expect(new Set(stub.hosts)).toEqual(new Set([host]));
  }
});
