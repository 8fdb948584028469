import { expect, test } from "vitest";
import { targetFor, unlistedHosts } from "../../../src/model/target/path-of-host.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";

const plain: TargetSpec = {
  name: "gp3",
  kind: "ebs-gp3",
  address: { kind: "path", path: "/mnt/ebs" },
  provisioned: { iops: 6000 },
};
const spec: TargetSpec = {
  ...plain,
  pathByHost: { b: "/mnt/other", "me@c": "/mnt/c", "local:1": "/mnt/second" },
};

test.each([
  [null, "/mnt/ebs"],
  ["a", "/mnt/ebs"],
  ["b", "/mnt/other"],
  ["ec2-user@b", "/mnt/other"],
  ["me@c", "/mnt/c"],
  ["c", "/mnt/ebs"],
  ["local:1", "/mnt/second"],
  ["toString", "/mnt/ebs"],
])("host %s has the path %s", (host, path) => {
  expect(targetFor(spec, host)).toEqual({ ...plain, address: { kind: "path", path } });
});

test("a device keeps its permissions, and other targets stay as they are", () => {
  const device = { kind: "device", path: "/dev/nvme1n1", writable: true } as const;
  const paths = { b: "/dev/nvme2n1" };
  expect(targetFor({ ...plain, address: device, pathByHost: paths }, "b").address).toEqual({
    ...device,
    path: "/dev/nvme2n1",
  });
  expect(targetFor(plain, "b")).toBe(plain);
});

test("lists names that no host of the run has", () => {
  expect(unlistedHosts(spec, ["a", "ec2-user@b", "me@c"])).toEqual(["local:1"]);
  expect(unlistedHosts(plain, ["a"])).toEqual([]);
});
