import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, test } from "vitest";
import {
  type AwsFiles,
  awsSettings,
  NO_AWS_FILES,
  readAwsFiles,
} from "../../../src/scenario/targets/aws-settings.ts";
import { loadTargets, parseTarget, parseTargets } from "../../../src/scenario/targets/targets.ts";

const LOCAL = "http://127.0.0.1:9000";
const OTHER = "http://127.0.0.2:9000";

/** The files of a user, read as the command line reads them. */
async function filesOf(config: string, credentials = ""): Promise<AwsFiles> {
  return readAwsFiles(homeWith(config, credentials));
}

function homeWith(config: string, credentials = ""): { readonly HOME: string } {
  const HOME = mkdtempSync(join(tmpdir(), "assay-aws-"));
  onTestFinished(() => rmSync(HOME, { recursive: true }));
  mkdirSync(join(HOME, ".aws"));
  writeFileSync(join(HOME, ".aws", "config"), config);
  writeFileSync(join(HOME, ".aws", "credentials"), credentials);
  return { HOME };
}

const PROFILES = `
[default]
region = eu-west-1
endpoint_url = ${LOCAL}
[profile dev]
region = eu-north-1
services = local
endpoint_url = http://never
s3 =
  addressing_style = virtual
[services local]
s3 =
  endpoint_url = ${OTHER}
ec2 =
  endpoint_url = http://never
[profile plain]
region = fips-us-east-1
[profile off]
ignore_configured_endpoint_urls = true
endpoint_url = http://never
[profile lost]
services = nowhere
[profile ways]
use_fips_endpoint = true
use_dualstack_endpoint = True
`;

/** What each source says: profile named, environment, endpoint and what said it, region. */
const PRECEDENCE = [
  ["the profile", null, {}, LOCAL, "endpoint_url of the profile default", "eu-west-1"],
  [
    "a services section before the profile",
    "dev",
    {},
    OTHER,
    "endpoint_url of the services local of the profile dev",
    "eu-north-1",
  ],
  ["AWS_PROFILE", null, { AWS_PROFILE: "dev" }, OTHER, null, "eu-north-1"],
  ["--profile before AWS_PROFILE", "plain", { AWS_PROFILE: "dev" }, null, null, "fips-us-east-1"],
  [
    "the environment before the profile",
    null,
    { AWS_ENDPOINT_URL: "http://env", AWS_REGION: "ap-south-1" },
    "http://env",
    "AWS_ENDPOINT_URL in the environment",
    "ap-south-1",
  ],
  [
    "the variable of S3 before that of all services",
    null,
    { AWS_ENDPOINT_URL: "http://env", AWS_ENDPOINT_URL_S3: "http://s3" },
    "http://s3",
    "AWS_ENDPOINT_URL_S3 in the environment",
    "eu-west-1",
  ],
  ["AWS_DEFAULT_REGION", null, { AWS_DEFAULT_REGION: "sa-east-1" }, LOCAL, null, "sa-east-1"],
  ["the profile ignores endpoints", "off", {}, null, null, null],
  [
    "the environment ignores endpoints, its own too",
    null,
    { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true", AWS_ENDPOINT_URL: "http://never" },
    null,
    null,
    "eu-west-1",
  ],
  [
    "the environment does not ignore them, the profile does",
    "off",
    { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false" },
    "http://never",
    null,
    null,
  ],
  ["a profile that is not there", "gone", {}, null, null, null],
] as const;

describe("settings of a bucket", () => {
  it.each(PRECEDENCE)("%s", async (_, profile, env, endpoint, by, region) => {
    const found = awsSettings(profile, env, await filesOf(PROFILES));
    expect(found.endpoint?.value ?? null).toBe(endpoint);
    if (by !== null) expect(found.endpoint?.by).toBe(by);
    expect(found.region?.value ?? null).toBe(region);
    expect(found.problems).toEqual([]);
  });

  it("takes a region from the credentials' file first, as the SDK does", async () => {
    const files = await filesOf("[default]\nregion = eu-west-1\n", "[default]\nregion = sa-east-1");
    expect(awsSettings(null, {}, files).region?.value).toBe("sa-east-1");
  });

  it("reads the files that variables name, and has nothing where there are none", async () => {
    const { HOME } = homeWith(PROFILES);
    const AWS_CONFIG_FILE = join(HOME, ".aws", "config");
    const elsewhere = { HOME: "/nonexistent", AWS_CONFIG_FILE };
    expect(awsSettings(null, {}, await readAwsFiles(elsewhere)).endpoint?.value).toBe(LOCAL);
    expect(await readAwsFiles({ HOME: "/nonexistent" })).toEqual(NO_AWS_FILES);
  });

  it("refuses what cannot be understood, without its value", async () => {
    const files = await filesOf(PROFILES);
    const [lost] = awsSettings("lost", {}, files).problems;
    expect(lost?.message).toMatch(/^the services section of the profile lost is not in/);
    const [odd] = awsSettings(null, { AWS_USE_FIPS_ENDPOINT: "secret" }, files).problems;
    expect(odd?.message).toBe(
      "AWS_USE_FIPS_ENDPOINT in the environment: expected `true` or `false`",
    );
    expect(awsSettings("ways", {}, files)).toMatchObject({
      fips: { value: true },
      dualStack: { value: true },
    });
  });
});

describe("an address", () => {
  it("is another store's where the profile names its endpoint, and says so", async () => {
    const files = await filesOf(PROFILES);
    expect(parseTarget("s3://abc", {}, {}, files)).toEqual({
      name: "abc",
      kind: "minio",
      address: {
        kind: "bucket",
        endpoint: LOCAL,
        region: "eu-west-1",
        bucket: "abc",
        prefix: "",
        pathStyle: true,
      },
      reachedBy: {
        endpoint: "endpoint_url of the profile default",
        region: "region of the profile default",
      },
      provisioned: {},
    });
  });

  it("is what its user said, whatever the profile says", async () => {
    const files = await filesOf(PROFILES);
    const said = { endpoint: OTHER, region: "af-south-1", pathStyle: false };
    const target = parseTarget("s3://abc", said, { AWS_ENDPOINT_URL: "http://env" }, files);
    expect(target.address).toMatchObject(said);
    expect(target).not.toHaveProperty("reachedBy");
  });

  it("is in the style that the profile says, and has the profile of the environment", async () => {
    const target = parseTarget("s3://abc", {}, { AWS_PROFILE: "dev" }, await filesOf(PROFILES));
    expect(target.address).toMatchObject({ endpoint: OTHER, pathStyle: false, profile: "dev" });
    expect(target.reachedBy).toMatchObject({
      profile: "AWS_PROFILE in the environment",
      pathStyle: "addressing_style of the profile dev",
    });
  });

  it("has FIPS and dual-stack from the profile, unless its user said no", async () => {
    const files = await filesOf(PROFILES);
    const profile = "ways";
    expect(parseTarget("s3://abc", { profile }, {}, files).address).toMatchObject({
      fips: true,
      dualStack: true,
    });
    const no = parseTarget("s3://abc", { profile, fips: false, dualStack: false }, {}, files);
    expect(no.address).not.toHaveProperty("fips");
    expect(() => parseTarget("s3://abc", { profile, endpoint: LOCAL }, {}, files)).toThrow(
      "--target: `dualStack` (use_dualstack_endpoint of the profile ways) selects an AWS " +
        "endpoint; remove `endpoint`",
    );
  });

  it("reads a region of FIPS as the SDK does", async () => {
    const target = parseTarget("s3://abc", { profile: "plain" }, {}, await filesOf(PROFILES));
    expect(target.address).toMatchObject({ region: "us-east-1", fips: true });
  });

  it("of an access point is in the region of its ARN", () => {
    const bucket = "arn:aws:s3:us-west-2:123456789012:accesspoint/training";
    const { address, reachedBy } = parseTarget(`s3://${bucket}`, {}, { AWS_REGION: "eu-west-1" });
    expect(address).toMatchObject({ region: "us-west-2" });
    expect(reachedBy?.region).toBe("the bucket's ARN");
  });
});

test("a targets file has each target's own profile", async () => {
  const env = homeWith(PROFILES);
  const file = join(env.HOME, "targets.yaml");
  const lines = ["a: { kind: s3, bucket: abc }", "b: { kind: s3, bucket: abc, profile: dev }"];
  writeFileSync(file, `targets:\n${lines.map((line) => `  ${line}\n`).join("")}`);
  const [a, b] = await loadTargets(file, { env });
  expect(a?.address).toMatchObject({ endpoint: LOCAL, region: "eu-west-1" });
  expect(b?.address).toMatchObject({ endpoint: OTHER, region: "eu-north-1" });
  const broken = "targets: { a: { kind: s3, bucket: abc, profile: lost } }";
  const files = await readAwsFiles(env);
  expect(() => parseTargets("t.yaml", broken, {}, files)).toThrow(/services section/);
});
