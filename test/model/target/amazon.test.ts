import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, test } from "vitest";
import {
  isAmazon,
  isAmazonHost,
  isForeign,
  isLoopbackHost,
  PARTITION_SUFFIXES,
} from "../../../src/model/target/amazon.ts";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import { makeClient } from "../../../src/s3/client.ts";
import { resolveEndpoint } from "../../../src/s3/endpoint.ts";

/** The table that the SDK's own rules for endpoints work with. */
async function partitionsOfSdk() {
  const modules = resolve(import.meta.dirname, "../../../node_modules");
  const file = "@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js";
  const { partitionsInfo } = await import(pathToFileURL(join(modules, file)).href);
  return partitionsInfo.partitions as readonly {
    readonly outputs: {
      readonly dnsSuffix: string;
      readonly dualStackDnsSuffix: string;
      readonly supportsDualStack: boolean;
      readonly supportsFIPS: boolean;
    };
    readonly regions: Readonly<Record<string, unknown>>;
  }[];
}

test("knows the suffixes of exactly the partitions that the SDK knows", async () => {
  const found = (await partitionsOfSdk()).flatMap(({ outputs }) => [
    outputs.dnsSuffix,
    outputs.dualStackDnsSuffix,
  ]);
  expect([...PARTITION_SUFFIXES].sort()).toEqual([...new Set(found)].sort());
});

test("every host that the SDK resolves for a bucket of any region is Amazon's", async () => {
  const plain = { bucket: "data", prefix: "", pathStyle: false, region: "us-east-1" };
  const client = makeClient(plain, { connections: 1, retries: 0 });
  let hosts = 0;
  for (const { regions, outputs } of await partitionsOfSdk()) {
    for (const region of Object.keys(regions).filter((name) => /-[0-9]+$/.test(name))) {
      const ways: readonly Partial<BucketAddress>[] = [
        {},
        { pathStyle: true },
        ...(outputs.dnsSuffix === "amazonaws.com" ? [{ accelerate: true }] : []),
        { bucket: "data--use1-az4--x-s3" },
        ...(outputs.supportsDualStack ? [{ dualStack: true }] : []),
        ...(outputs.supportsFIPS && outputs.dnsSuffix !== "amazonaws.com.cn"
          ? [{ fips: true }]
          : []),
      ];
      for (const way of ways) {
        const { hostname } = resolveEndpoint(client, { ...plain, region, ...way }, region);
        expect(isAmazonHost(hostname), hostname).toBe(true);
        hosts++;
      }
    }
  }
  client.destroy();
  expect(hosts).toBeGreaterThan(150);
});

describe("a host name", () => {
  // https://docs.aws.amazon.com/general/latest/gr/s3.html and the S3 user guide on PrivateLink
  it.each([
    "s3.amazonaws.com",
    "S3.Amazonaws.com.",
    "s3-eu-west-1.amazonaws.com",
    "s3-us-gov-west-1.amazonaws.com",
    "my.dotted.bucket.s3.amazonaws.com",
    "s3.dualstack.us-west-2.amazonaws.com",
    "s3.eu-west-1.api.aws",
    "s3-external-1.amazonaws.com",
    "mrap123.accesspoint.s3-global.amazonaws.com",
    "bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com",
    "accesspoint.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com",
    "vpce-1a2b3c4d-5e6f-us-east-1a.s3.us-east-1.vpce.amazonaws.com",
    "s3.cn-north-1.amazonaws.com.cn",
  ])("%s is one of S3's own", (host) => {
    expect(isAmazonHost(host)).toBe(true);
  });

  it.each([
    "amazonaws.com.evil.org",
    "s3.us-east-1.amazonaws.com.evil.org",
    "s3.us-east-1.amazonaws.com.cn.example",
    "evilamazonaws.com",
    "s3.us-east-1.evilamazonaws.com",
    "s3-us-east-1-amazonaws.com",
    "amazonaws.com",
    // Servers that anybody rents there.
    "ec2-203-0-113-25.compute-1.amazonaws.com",
    "ec2-203-0-113-25.eu-west-1.compute.amazonaws.com",
    "s3.ec2-203-0-113-25.compute-1.amazonaws.com",
    "my-s3-1234567890.eu-west-1.elb.amazonaws.com",
    "abc.execute-api.eu-west-1.amazonaws.com",
    "vpce-1a2b-3c4d.execute-api.us-east-1.vpce.amazonaws.com",
    "vpce-svc-1a2b.us-east-1.vpce.amazonaws.com",
    "d111111abcdef8.cloudfront.net",
    "minio.example.org",
    "localhost",
    "127.0.0.1",
    "::1",
    "",
  ])("%s is none", (host) => {
    expect(isAmazonHost(host)).toBe(false);
  });
});

test.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["[::1]", true],
  ["localhost", true],
  ["0.0.0.0", false],
  ["::", false],
  ["[::]", false],
  ["[::1", false],
  ["10.0.0.127", false],
  ["127.0.0.1.example.com", false],
  ["localhost.example.com", false],
])("host %s is on the loopback: %s", (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});

test("an endpoint is Amazon's by its host, and so is the one that is not named", () => {
  expect(isAmazon(undefined)).toBe(true);
  expect(isAmazon("https://s3.eu-west-1.amazonaws.com:443")).toBe(true);
  expect(isAmazon("https://s3.eu-west-1.amazonaws.com@evil.org")).toBe(false);
  expect(isAmazon("http://[::1]:9000")).toBe(false);
  expect(isAmazon("nothing")).toBe(false);
});

describe("a bucket that is declared as S3", () => {
  const address = {
    kind: "bucket",
    bucket: "abc",
    prefix: "",
    region: "x",
    pathStyle: true,
  } as const;
  const foreign = "http://127.0.0.1:9000";
  const own = "https://s3.eu-west-1.amazonaws.com";

  it.each([
    ["at no named endpoint", { kind: "s3", address }, false],
    ["at Amazon's", { kind: "s3", address: { ...address, endpoint: own } }, false],
    ["at another", { kind: "s3", address: { ...address, endpoint: foreign } }, true],
    [
      "at another, Express",
      { kind: "s3-express", address: { ...address, endpoint: foreign } },
      true,
    ],
    [
      "at both in turn",
      { kind: "s3", address: { ...address, endpoint: own, endpoints: [own, foreign] } },
      true,
    ],
    [
      "at another that imitates it",
      { kind: "s3", address: { ...address, endpoint: foreign }, emulated: { scale: 1 } },
      false,
    ],
    ["as MinIO", { kind: "minio", address: { ...address, endpoint: own } }, true],
  ] as const)("%s", (_, target, expected) => {
    expect(isForeign(target)).toBe(expected);
  });
});
