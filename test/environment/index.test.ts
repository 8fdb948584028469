import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { describeEnvironment } from "../../src/environment/index.ts";
import { EC2, EC2_BLOCK, recorded } from "./recorded.ts";

test("describes a recorded EC2 instance with a volume", async () => {
  const { packages, nodeVersion, architecture, ...environment } = await describeEnvironment(
    "/data/assay",
    recorded(EC2, EC2_BLOCK),
  );
  expect(environment).toEqual({
    kernel: "Linux 6.1.134-150.224.amzn2023.x86_64",
    cpuModel: "Intel(R) Xeon(R) Platinum 8488C",
    cpus: 3,
    memoryBytes: 7_906_124 * 1024,
    hugePages: "madvise",
    clockSource: "tsc",
    virtualization: "Amazon EC2 m7i.large",
    cgroup: { version: 2, cpuQuotaCores: 1.5, memoryLimitBytes: 4_294_967_296 },
    mount: {
      mountPoint: "/",
      source: "/dev/nvme0n1p1",
      type: "xfs",
      options: ["rw", "noatime", "attr2", "inode64", "logbufs=8"],
      deviceNumber: "259:2",
    },
    device: expect.objectContaining({ name: "nvme0n1" }),
  });
  expect(nodeVersion).toBe(process.version);
  expect(architecture).toBe(process.arch);
  expect(packages).toMatchObject({
    "@aws-sdk/client-s3": expect.stringMatching(/^3\.\d+\.\d+$/),
    "hdr-histogram-js": expect.stringMatching(/^3\./),
    piscina: expect.stringMatching(/^5\./),
  });
});

test("returns neither mount nor device for a target without a path", async () => {
  const environment = await describeEnvironment(null, recorded(EC2, EC2_BLOCK));
  expect(environment).toMatchObject({ mount: null, device: null });
});

test("describes this host", async () => {
  const environment = await describeEnvironment(import.meta.dirname);
  expect(environment.kernel).toMatch(/^\w+ \d+\.\d+/);
  expect(Math.abs(environment.memoryBytes - totalmem())).toBeLessThan(2 ** 20);
  expect(environment.cpus).toBeGreaterThan(0);
  expect(environment.mount === null).toBe(process.platform !== "linux");
});

test("returns null for values that cannot be read", async () => {
  const environment = await describeEnvironment("/data", recorded());
  expect(environment).toMatchObject({
    cgroup: { version: null, cpuQuotaCores: null, memoryLimitBytes: null },
    hugePages: null,
    clockSource: null,
    virtualization: null,
    mount: null,
    device: null,
  });
});
