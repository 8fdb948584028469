import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { METADATA, metadataService } from "../../environment/aws/metadata-server.ts";
import { assay, onlyRun } from "../assay.ts";
import { makeBench, readsFor } from "../bench.ts";

const VOLUME = ["--kind", "ebs-gp3", "--provisioned", "size=500GiB,iops=6000"];
/** No credentials: the SDK has nothing to sign with. */
const NOTHING = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_PROFILE: undefined,
  AWS_EC2_METADATA_DISABLED: undefined,
  AWS_CONFIG_FILE: "/nowhere",
  AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
};

it("assay check reports the known facts about the storage and their sources", async () => {
  const bench = makeBench("memory");
  const { endpoint } = await metadataService(METADATA);
  const env = { ...NOTHING, AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
  const around = { cwd: bench.cwd, env };
  const { code, stdout } = await assay(
    ["check", "-t", bench.target, ...VOLUME, "--print", "report"],
    around,
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/\| iops +\| 6,000 +\| declared +\|/);
  expect(stdout).toMatch(/\| Host: instance type +\| m6a\.4xlarge +\| detected on this host +\|/);
  expect(stdout).toMatch(/\| Host: EBS IOPS +\| 20,000 +\| table of instance types +\|/);
  expect(stdout).toMatch(/Unknown: DescribeInstanceTypes failed: .*credentials/);
});

it("a run stores it, warns of contradictions, and queries nothing when offline", async () => {
  const bench = makeBench("memory");
  const { endpoint, seen } = await metadataService(METADATA);
  const env = { ...NOTHING, AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
  const path = bench.scenario("reads", readsFor(["100ms"]));
  const args = ["run", path, "-q", "--print", "report", "--offline", "-t", bench.target, ...VOLUME];
  const { code, stdout } = await assay(args, { cwd: bench.cwd, env });
  expect(code).toBe(0);
  expect(seen).toEqual([]);
  const run = onlyRun(bench.results);
  expect(run.storage).toMatchObject({
    provisioned: { iops: { value: 6000, from: "declared" } },
    unknown: ["instance metadata and AWS APIs were not queried (--offline)"],
  });
  const mismatches = run.storage?.mismatches ?? [];
  expect(mismatches).toEqual([expect.stringContaining("declared as an EBS gp3 volume, but")]);
  expect(run.warnings).toContainEqual({
    code: "declared-mismatch",
    event: { name: "Declared value differs from the described one" },
    message: expect.stringContaining(`${mismatches[0]?.slice(1)}. Comparisons with`),
  });
  expect(stdout).toContain("## Storage");
});

it("a targets file with what cannot be provisioned is refused with its place", async () => {
  const bench = makeBench();
  const path = join(bench.cwd, "targets.yaml");
  const volume = "{ kind: ebs-gp3, path: ., provisioned: { iops: 90000 } }";
  writeFileSync(path, `targets:\n  a: ${volume}\n`);
  const ended = await assay(["check", "--targets", path], bench);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain("targets.yaml:2:53: gp3 can be provisioned with 3,000 to 80,000");
});
