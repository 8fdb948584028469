// @module-tag system
import { execFileSync } from "node:child_process";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { knowledgeWarnings } from "../../src/environment/knowledge.ts";
import { setEnvironment } from "../env.ts";
import { serve } from "./aws/metadata-server.ts";
import { learn, machine, NITRO_LINE, nitroDisk, targetOf } from "./machines.ts";

/** Responses that moto lacks: modifications in progress, mount names of Lustre. */
const SECRET = "wJalrXUtnFEMI";
const ENVIRONMENT = {
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "AKIATEST",
  AWS_SECRET_ACCESS_KEY: SECRET,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_EC2_METADATA_DISABLED: "true",
};

beforeEach(() => {
  const before = setEnvironment({ ...ENVIRONMENT, AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
  onTestFinished(() => void setEnvironment(before));
});

/** A service with a text per action; it denies other actions as AWS does. */
async function answering(answers: Readonly<Record<string, string>>) {
  const server = await serve((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      const target = String(request.headers["x-amz-target"] ?? "");
      const action = /Action=([A-Za-z]+)/.exec(body)?.[1] ?? target.split(".").at(-1) ?? "";
      const text = answers[action];
      response.statusCode = text === undefined ? 403 : 200;
      const denied = `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>${SECRET}
        arn:aws:iam::123456789012:user/x</Message></Error></Errors></Response>`;
      const json = '{"__type":"AccessDeniedException","message":"arn:aws:iam::123456789012"}';
      response.end(text ?? (target === "" ? denied : json));
    });
  });
  setEnvironment({ AWS_ENDPOINT_URL: server.endpoint });
  return server;
}

const VOLUME = `<DescribeVolumesResponse><volumeSet><item><volumeId>vol-0aa</volumeId>
  <size>500</size><snapshotId>snap-01</snapshotId><availabilityZone>eu-west-1a</availabilityZone>
  <availabilityZoneId>euw1-az3</availabilityZoneId><encrypted>true</encrypted><iops>6000</iops>
  <volumeType>gp3</volumeType><throughput>250</throughput><fastRestored>true</fastRestored>
  </item></volumeSet></DescribeVolumesResponse>`;
const OPTIMIZING = `<DescribeVolumesModificationsResponse><volumeModificationSet><item>
  <volumeId>vol-0aa</volumeId><modificationState>optimizing</modificationState>
  <progress>40</progress></item></volumeModificationSet></DescribeVolumesModificationsResponse>`;
const NITRO = () => machine(NITRO_LINE, nitroDisk("vol-0aa"));

test("describes a volume in modification with fast restore and a zone id", async () => {
  await answering({ DescribeVolumes: VOLUME, DescribeVolumesModifications: OPTIMIZING });
  const known = await learn(targetOf("ebs-gp3", { provisioned: { zone: "euw1-az3" } }), NITRO());
  expect(known).toMatchObject({
    provisioned: {
      origin: { value: "snapshot", from: "described" },
      initialised: { value: true, from: "described" },
      zone: { value: "euw1-az3", from: "described" },
    },
    states: { modification: "optimizing", modificationPercent: 40 },
    mismatches: [],
    unknown: [],
  });
  expect(knowledgeWarnings(known)).toEqual([
    {
      code: "volume-changing",
      event: { name: "Volume modification in progress" },
      message: expect.stringContaining("is in progress (optimizing, 40% done). The volume may"),
    },
  ]);
});

test("reports a denied call without the text of its response", async () => {
  await answering({});
  const known = await learn(targetOf("ebs-gp3"), NITRO());
  expect(known.unknown).toEqual([
    "DescribeVolumes failed: the credentials do not allow this call (UnauthorizedOperation)",
  ]);
  expect(JSON.stringify(known)).not.toMatch(/wJalr|123456789012/);
});

test("keeps facts of allowed calls if other calls are denied", async () => {
  await answering({ DescribeVolumes: VOLUME });
  const known = await learn(targetOf("ebs-gp3"), NITRO());
  expect(known.provisioned.iops).toEqual({ value: 6000, from: "described" });
  expect(known.unknown).toEqual([expect.stringContaining("DescribeVolumesModifications failed")]);
});

const LUSTRE = {
  FileSystemId: "fs-0ee",
  FileSystemType: "LUSTRE",
  Lifecycle: "AVAILABLE",
  StorageCapacity: 1200,
  StorageType: "SSD",
  LustreConfiguration: {
    DeploymentType: "SCRATCH_2",
    MountName: "abcdbev",
    DataCompressionType: "LZ4",
  },
};
const LUSTRE_LINE = "0:52 / /data rw - lustre 10.0.1.5@tcp:/abcdbev rw";

test("finds a Lustre file system by its mount name, with its S3 link", async () => {
  const other = { ...LUSTRE, FileSystemId: "fs-0ff", LustreConfiguration: { MountName: "zzz" } };
  await answering({
    DescribeFileSystems: JSON.stringify({ FileSystems: [other, LUSTRE] }),
    DescribeDataRepositoryAssociations: JSON.stringify({
      Associations: [{ AssociationId: "dra-01", FileSystemId: "fs-0ee" }],
    }),
  });
  // A size of 1.2 TiB is 1,200 GiB.
  const target = targetOf("fsx-lustre", { provisioned: { sizeBytes: 1.2 * 2 ** 40 } });
  const known = await learn(target, machine(LUSTRE_LINE));
  expect(known).toMatchObject({
    describedKind: "fsx-lustre",
    provisioned: {
      sizeBytes: { value: 1200 * 2 ** 30, from: "described" },
      deployment: { value: "scratch-2" },
      linkedToS3: { value: true, from: "described" },
    },
    states: { compression: "LZ4" },
    mismatches: [],
    unknown: [],
  });
  expect(knowledgeWarnings(known).map(({ code }) => code)).toEqual(["compression"]);
});

test("keeps declared facts of an unknown file system", async () => {
  await answering({ DescribeFileSystems: '{"FileSystems":[]}' });
  const target = targetOf("fsx-lustre", { provisioned: { medium: "ssd" } });
  const known = await learn(target, machine(LUSTRE_LINE));
  expect(known.provisioned).toEqual({ medium: { value: "ssd", from: "declared" } });
});

test("ends at the deadline if services do not respond", async () => {
  const { endpoint } = await serve(() => {});
  setEnvironment({ AWS_ENDPOINT_URL: endpoint });
  const before = performance.now();
  const known = await learn(targetOf("ebs-gp3"), NITRO(), { withinMs: 1500 });
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(known.unknown).toEqual(["DescribeVolumes failed: no response in time"]);
});

test("reports services that cannot be reached", async () => {
  const known = await learn(targetOf("ebs-gp3"), NITRO());
  expect(known.unknown).toEqual([
    "DescribeVolumes failed: the service cannot be reached (ECONNREFUSED)",
  ]);
});

test("reports missing credentials in one message", async () => {
  const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
  const files = { AWS_CONFIG_FILE: "/nowhere", AWS_SHARED_CREDENTIALS_FILE: "/nowhere" };
  const { seen } = await answering({ DescribeVolumes: VOLUME });
  const before = setEnvironment({ ...none, ...files });
  onTestFinished(() => void setEnvironment(before));
  const dmi = {
    "sys/class/dmi/id/sys_vendor": "Amazon EC2",
    "sys/class/dmi/id/product_name": "g5.xlarge",
  };
  const roots = machine(NITRO_LINE, nitroDisk("vol-0aa"), dmi);
  const env = { AWS_EC2_METADATA_DISABLED: "true" };
  const known = await learn(targetOf("ebs-gp3"), roots, { env });
  expect(known.unknown).toEqual([
    "instance metadata was not read: AWS_EC2_METADATA_DISABLED is true",
    "DescribeInstanceTypes, DescribeVolumes failed: no credentials found",
  ]);
  expect(seen).toEqual([]);
});

test("reports a missing optional package", () => {
  const hook = new URL("../cli/no-aws-clients.ts", import.meta.url).href;
  const source = new URL("../../src/environment/aws/ec2.ts", import.meta.url).href;
  const script = `
    const { describeVolumes } = await import("${source}");
    const signal = AbortSignal.timeout(60_000);
    const aws = { region: "eu-west-1", signal, now: new Date(), failed: [] };
    const found = await describeVolumes({ ids: ["vol-0aa"] }, aws);
    console.log(JSON.stringify({ found, failed: aws.failed }));
    process.exit();`;
  const node = ["--import", hook, "--input-type=module", "-e", script];
  const said = JSON.parse(execFileSync(process.execPath, node).toString());
  expect(said).toEqual({
    found: [],
    failed: [
      { call: "DescribeVolumes", reason: "the optional package of this service is not installed" },
    ],
  });
});
