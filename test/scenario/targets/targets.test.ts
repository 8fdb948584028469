import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/model/fault/errors.ts";
import {
  loadTargets,
  parseTarget,
  parseTargets,
  type TargetOverrides,
} from "../../../src/scenario/targets/targets.ts";
import { linesOf } from "../support.ts";

const EXAMPLE = new URL("../../../scenarios/targets.example.yaml", import.meta.url).pathname;
const faults = (text: string, env = {}) => linesOf(() => parseTargets("t.yaml", text, env));

function refusal(text: string, overrides: TargetOverrides = {}, env = {}): string {
  try {
    parseTarget(text, overrides, env);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "";
}

describe("a targets file", () => {
  it("ships as an example that loads", async () => {
    const targets = await loadTargets(EXAMPLE, { env: {} });
    const folder = EXAMPLE.replace(/\/[^/]*$/, "");
    expect(JSON.parse(JSON.stringify(targets).replaceAll(folder, ""))).toMatchSnapshot();
    expect(await readFile(EXAMPLE, "utf8")).toMatch(
      /^# yaml-language-server: \$schema=\.\/targets/,
    );
  });

  it("takes region and endpoint from the environment where it says nothing", () => {
    const text = "targets: { a: { kind: minio, bucket: abc } }";
    const env = { AWS_REGION: "eu-north-1", AWS_ENDPOINT_URL: "http://127.0.0.1:9000/" };
    expect(parseTargets("t.yaml", text, env)[0]?.address).toEqual({
      kind: "bucket",
      endpoint: "http://127.0.0.1:9000",
      region: "eu-north-1",
      bucket: "abc",
      prefix: "",
      pathStyle: true,
    });
  });

  it("reports every mistake with its place", () => {
    const text = `targets:
  "a b": { kind: directory, path: . }
  b: { kind: efs, bucket: abc }
  c: { kind: s3, bucket: UPPER, prefix: /x }
  d: { kind: minio, bucket: abc }
  e: { kind: ebs-gp, path: . }
  f: { kind: ebs-gp3, path: ., provisioned: { iops: many, throughput: 125, siez: 1GiB } }
  g: { kind: s3, bucket: abc, endpoint: "ftp://x" }
  h: { kind: s3, bucket: abc, endpoint: "http://x/path", pathStyle: maybe }
  i: { kind: s3, bucket: abc, endpoint: "http://x", ca: ./ca.pem }
  j: { kind: synthetic, latency: soon, stalls: [3s], errorEvery: -1 }
  k: { kind: "null", latency: 1ms, path: . }
  l: { path: . }
  m: { kind: directory }
  n:
target: {}
`;
    expect(faults(text)).toMatchSnapshot();
  });

  it.each([
    ["", "the file is empty; expected `targets`"],
    ["- 1", "this is not a targets file; expected a mapping with `targets`"],
    ["name: x\nphases: []", "this is a scenario, not a targets file"],
    ["targets: 3", "`targets`: expected a mapping"],
  ])("%j gets one sentence", (text, sentence) => {
    expect(faults(text)).toHaveLength(1);
    expect(faults(text)[0]).toContain(sentence);
  });
});

describe("secrets", () => {
  const SECRET = "wJalrXUtnFEMI";

  it.each([
    `targets: { a: { kind: s3, bucket: abc, accessKeyId: ${SECRET}, secretAccessKey: ${SECRET} } }`,
    `targets: { a: { kind: s3, bucket: abc, endpoint: "http://user:${SECRET}@host:9000" } }`,
    `targets: { a: { kind: s3, bucket: abc, endpoint: "https//${SECRET}" } }`,
    `targets:\n  a:\n    kind: s3\n    secret: "x" ${SECRET}\n`,
  ])("in a file are refused and not repeated (%#)", (text) => {
    expect(faults(text).length).toBeGreaterThan(0);
    expect(faults(text).join()).not.toContain(SECRET);
  });

  it.each([
    ["s3://abc", { endpoint: `http://user:${SECRET}@host` }, {}],
    ["s3://abc", {}, { AWS_ENDPOINT_URL_S3: `http://user:${SECRET}@host` }],
    [`s3://key:${SECRET}@abc/x`, {}, {}],
    [`https://key:${SECRET}@abc/x`, {}, {}],
  ] as const)("on the command line are refused and not repeated (%#)", (text, overrides, env) => {
    const message = refusal(text, overrides, env);
    expect(message).not.toBe("");
    expect(message).not.toContain(SECRET);
    expect(message.split("\n")).toHaveLength(1);
  });

  it("say where credentials belong", () => {
    expect(faults("targets: { a: { kind: s3, bucket: abc, secretKey: x } }")).toEqual([
      "t.yaml:1:40: `secretKey`: a targets file must not contain credentials; use the " +
        "environment, a profile or an instance role",
    ]);
  });
});

describe("--target", () => {
  it("is a path, and a directory unless it is declared", () => {
    expect(parseTarget("/mnt/gp3/", {}, {})).toEqual({
      name: "gp3",
      kind: "directory",
      address: { kind: "path", path: "/mnt/gp3" },
      provisioned: {},
    });
    expect(parseTarget("./x", { kind: "efs", name: "mine" }, {})).toMatchObject({
      name: "mine",
      kind: "efs",
      address: { path: `${process.cwd()}/x` },
    });
    expect(parseTarget("/", {}, {}).name).toBe("directory");
  });

  it("is in a region whose name can be a part of a host's", () => {
    const expected = "expected a region such as `eu-west-1`";
    for (const region of ["", "eu west", "eu_west-1", "-eu", "EU-WEST-1", "x".repeat(64)]) {
      expect(refusal("s3://abc", { region }, {})).toBe(`--target: ${expected}`);
    }
    expect(refusal("s3://abc", {}, { AWS_REGION: "a/b" })).toBe(
      `--target: AWS_REGION in the environment: ${expected}`,
    );
    expect(parseTarget("s3://abc", {}, { AWS_REGION: "" })).toMatchObject({
      address: { region: "us-east-1" },
    });
  });

  it("is a bucket: S3 at Amazon, minio at any other endpoint", () => {
    const amazon = parseTarget("s3://abc/bench/deep", { region: "eu-west-1" }, {});
    expect(amazon).toEqual({
      name: "abc",
      kind: "s3",
      address: {
        kind: "bucket",
        region: "eu-west-1",
        bucket: "abc",
        prefix: "bench/deep/",
        pathStyle: false,
      },
      provisioned: {},
    });
    const endpoint = "https://s3.eu-west-1.amazonaws.com";
    expect(parseTarget("s3://abc", { endpoint }, {})).toMatchObject({
      kind: "s3",
      address: { endpoint, pathStyle: false, region: "us-east-1", prefix: "" },
    });
    const own = { endpoint: "https://store.example.org", ca: "/etc/ca.pem", profile: "lab" };
    expect(parseTarget("s3://abc", own, { AWS_REGION: "x-1" })).toMatchObject({
      kind: "minio",
      address: { pathStyle: true, caPath: "/etc/ca.pem", profile: "lab", region: "x-1" },
    });
    expect(parseTarget("s3://abc", { ...own, kind: "s3", pathStyle: false }, {})).toMatchObject({
      kind: "s3",
      address: { pathStyle: false },
    });
  });
});

describe("--target in memory", () => {
  it("is memory of known behaviour", () => {
    expect(parseTarget("null:", {}, {}).address).toEqual({ kind: "memory", synthetic: null });
    const text =
      "synthetic:latency=bimodal:1ms:20ms:1%,errorEvery=100," +
      "stall=2s@3s,stall=1s@9s,bandwidth=100MiB/s,fail=1s@4s,fail=2s@6s,hangEvery=50";
    expect(parseTarget(text, {}, {}).address).toEqual({
      kind: "memory",
      synthetic: {
        latency: { kind: "bimodal", fastNs: 1e6, slowNs: 20e6, slowShare: 0.01 },
        stalls: [
          { atNs: 3e9, durationNs: 2e9 },
          { atNs: 9e9, durationNs: 1e9 },
        ],
        errorEvery: 100,
        bytesPerSecond: 104_857_600,
        failures: [
          { atNs: 4e9, durationNs: 1e9 },
          { atNs: 6e9, durationNs: 2e9 },
        ],
        hangEvery: 50,
      },
    });
  });

  it.each([
    ["1ms", { kind: "fixed", ns: 1e6 }],
    ["0ns", { kind: "fixed", ns: 0 }],
    ["uniform:0s:2ms", { kind: "uniform", minNs: 0, maxNs: 2e6 }],
    ["exponential:1ms", { kind: "exponential", meanNs: 1e6 }],
  ])("knows the latency %s", (latency, expected) => {
    const { address } = parseTarget(`synthetic:latency=${latency}`, {}, {});
    expect(address).toMatchObject({ synthetic: { latency: expected } });
  });
});

describe("--target with a mistake", () => {
  it.each([
    ["", {}],
    ["gs://abc", {}],
    ["null:x", {}],
    ["s3:abc", {}],
    ["s3://", {}],
    ["s3://a", {}],
    ["s3://abc", { kind: "efs" }],
    ["s3://abc", { kind: "minio" }],
    ["/mnt", { kind: "s3" }],
    ["/mnt", { kind: "eff" }],
    ["/mnt", { endpoint: "http://127.0.0.1" }],
    ["/mnt", { name: "a b" }],
    ["synthetic:latency", {}],
    ["synthetic:latncy=1ms", {}],
    ["synthetic:latency=5", {}],
    ["synthetic:latency=uniform:2ms:1ms", {}],
    ["synthetic:latency=bimodal:1ms:2ms:200%", {}],
    ["synthetic:stall=2s", {}],
    ["synthetic:errorEvery=x", {}],
    ["synthetic:hangEvery=x", {}],
    ["synthetic:fail=2s", {}],
    ["synthetic:bandwidth=100", {}],
  ])("%j with %j gets one sentence", (text, overrides) => {
    const message = refusal(text, overrides);
    expect(message.split("\n")).toHaveLength(1);
    expect(message).toMatchSnapshot();
  });
});
