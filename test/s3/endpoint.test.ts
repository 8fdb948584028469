import { expect, test } from "vitest";
import type { BucketAddress } from "../../src/model/target/target.ts";
import { makeClient } from "../../src/s3/client.ts";
import { resolveEndpoint } from "../../src/s3/endpoint.ts";

const AWS = { region: "eu-west-1", bucket: "data", prefix: "", pathStyle: false };
const EXPRESS = "data--use1-az4--x-s3";
const ACCESS_POINT = "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine";

/** https://docs.aws.amazon.com/general/latest/gr/s3.html */
test.each<[string, Partial<BucketAddress>, string, string]>([
  ["virtual host", {}, "data.s3.eu-west-1.amazonaws.com", ""],
  ["path style", { pathStyle: true }, "s3.eu-west-1.amazonaws.com", "/data"],
  ["dual-stack", { dualStack: true }, "data.s3.dualstack.eu-west-1.amazonaws.com", ""],
  ["FIPS", { fips: true, region: "us-east-1" }, "data.s3-fips.us-east-1.amazonaws.com", ""],
  ["acceleration", { accelerate: true }, "data.s3-accelerate.amazonaws.com", ""],
  ["China", { region: "cn-north-1" }, "data.s3.cn-north-1.amazonaws.com.cn", ""],
  [
    "access point",
    { bucket: ACCESS_POINT },
    "mine-123456789012.s3-accesspoint.eu-west-1.amazonaws.com",
    "",
  ],
  [
    "directory bucket",
    { bucket: EXPRESS, region: "us-east-1" },
    `${EXPRESS}.s3express-use1-az4.us-east-1.amazonaws.com`,
    "",
  ],
  [
    "own endpoint",
    { endpoint: "http://127.0.0.1:9000", pathStyle: true },
    "127.0.0.1:9000",
    "/data",
  ],
  ["own IPv6", { endpoint: "https://[::1]:9000", pathStyle: true }, "[::1]:9000", "/data"],
])("%s", (_, overrides, host, base) => {
  const address = { ...AWS, ...overrides };
  const client = makeClient(address, { connections: 1, retries: 0 });
  const found = resolveEndpoint(client, address, address.region);
  client.destroy();
  expect(found).toMatchObject({ host, base, region: address.region });
  expect(found.service).toBe(address.bucket === EXPRESS ? "s3express" : "s3");
  expect(found.tls).toBe(address.endpoint?.startsWith("http:") !== true);
  expect(found.hostname).not.toMatch(/[[\]]/);
});

test("a redirect's region has a separate endpoint", () => {
  const client = makeClient(AWS, { connections: 1, retries: 0 });
  const { host, region, port } = resolveEndpoint(client, AWS, "us-west-2");
  client.destroy();
  expect([host, region, port]).toEqual(["data.s3.us-west-2.amazonaws.com", "us-west-2", 443]);
});
