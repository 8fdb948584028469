import { expect, test } from "vitest";
import { peerOf } from "../../../src/environment/aws/bucket.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";

function bucket(more: Partial<TargetSpec> = {}, address = {}): TargetSpec {
  return {
    name: "b",
    kind: "s3",
    address: {
      kind: "bucket",
      region: "eu-west-1",
      bucket: "data",
      prefix: "",
      pathStyle: false,
      ...address,
    },
    provisioned: {},
    ...more,
  };
}

/** The result for a name that resolves to an address, and the resolved name. */
async function said(found: string, target = bucket()) {
  const asked: string[] = [];
  const peer = await peerOf(target, async (name) => {
    asked.push(name);
    return [found];
  });
  return { ...peer, asked };
}

test.each([
  "127.0.0.1",
  "127.8.8.8",
  "::1",
  "0.0.0.0",
  "169.254.0.7",
  "fe80::1",
  "::ffff:127.0.0.1",
])("reports a mismatch for an Amazon name that resolves to %s", async (address) => {
  const { mismatch, asked } = await said(address);
  expect(asked).toEqual(["data.s3.eu-west-1.amazonaws.com"]);
  expect(mismatch).toBe(
    "declared as an S3 general purpose bucket, but data.s3.eu-west-1.amazonaws.com resolves to " +
      `${address}, which is not an Amazon address`,
  );
});

test.each(["10.0.0.5", "172.16.1.1", "172.31.9.9", "192.168.1.1", "100.64.0.1", "fd00::5"])(
  "reports that %s may be a VPC interface endpoint",
  async (address) => {
    const { mismatch, unknown } = await said(address);
    expect(mismatch).toBeNull();
    expect(unknown).toContain(`the private address ${address}: a VPC interface endpoint, or`);
  },
);

test.each(["52.218.1.1", "172.32.0.1", "100.128.0.1", "2a05:d018::1", "11.0.0.1"])(
  "%s says nothing against the name",
  async (address) => {
    expect(await said(address)).toMatchObject({ mismatch: null, unknown: null });
  },
);

test("resolves only Amazon names; an unresolved name is not a mismatch", async () => {
  const local = { endpoint: "http://127.0.0.1:9000" };
  for (const target of [
    bucket({}, local),
    bucket({ kind: "minio" }),
    bucket({ emulated: { scale: 1 } }),
    bucket({ kind: "efs", address: { kind: "path", path: "/" } }),
  ]) {
    expect(await said("127.0.0.1", target)).toEqual({ mismatch: null, unknown: null, asked: [] });
  }
  const failing = () => Promise.reject(new Error("ENOTFOUND"));
  expect(await peerOf(bucket(), failing)).toEqual({ mismatch: null, unknown: null });
});

test("resolves names with /etc/hosts", async () => {
  // `localhost` is in /etc/hosts; the bucket's own name is not resolved.
  const { lookup } = await import("node:dns/promises");
  const found = (await lookup("localhost", { all: true })).map(({ address }) => address);
  const peer = await peerOf(bucket(), () => Promise.resolve(found));
  expect(peer.mismatch).toContain("is not an Amazon address");
});
