import { X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { scratch } from "../../storage/support.ts";
import { assay } from "../assay.ts";

const IMAGE = ["--image", "registry.example/assay:0.1.0"];
const K8S = ["render", "k8s", "smoke", "-t", "s3://bucket/bench", "--agents", "2", ...IMAGE];
const SECRET = "arn:aws:ssm:eu-west-1:111122223333:parameter/assay";
const ROLE = "arn:aws:iam::111122223333:role/assay-execution";
const AWS = [
  ...["-t", "s3://bucket/bench", "--agents", "23", ...IMAGE, "--nats", "tls://nats.internal:4222"],
  ...["--secret-arn", SECRET, "--execution-role", ROLE],
];
const BATCH = ["render", "batch", "smoke", ...AWS, "--job-queue", "bench"];
const ECS = [
  ...["render", "ecs", "smoke", ...AWS, "--cluster", "bench", "--subnets", "subnet-0a1b2c3d"],
  ...["--security-groups", "sg-0a1b2c3d,sg-1a1b2c3d"],
];

/** Renders without an error. */
async function rendered(args: readonly string[], cwd = scratch()) {
  const { code, stdout, stderr } = await assay(args, { cwd });
  expect(code, stderr).toBe(0);
  return { stdout, stderr };
}

interface Secret {
  readonly kind: string;
  readonly stringData: Readonly<Record<string, string>>;
}

async function secretOf(args: readonly string[]): Promise<Secret["stringData"]> {
  const { stdout } = await rendered(args);
  const documents: readonly Secret[] = parseAllDocuments(stdout).map((one) => one.toJS());
  return documents.find(({ kind }) => kind === "Secret")?.stringData ?? {};
}

describe("render k8s", () => {
  it("makes other secrets in each call", async () => {
    const [first, second] = [await secretOf(K8S), await secretOf(K8S)];
    const keys = ["agents.json", "coordinator.json", "nats.conf", "tls.crt", "tls.key"];
    expect(Object.keys(first)).toEqual(keys);
    for (const key of keys) expect(first[key]).not.toBe(second[key]);
  });

  it("gives the agents a secret of 256 bits, but not the one of the coordinator", async () => {
    const files = await secretOf(K8S);
    const agents = JSON.parse(files["agents.json"] ?? "");
    const lead = JSON.parse(files["coordinator.json"] ?? "");
    expect(Object.keys(agents)).toEqual(["group", "agents", "secret", "ca"]);
    expect(agents.agents).toBe(2);
    expect(Buffer.from(agents.secret, "base64url").length).toBe(32);
    expect(lead).toEqual({ ...agents, coordinator: lead.coordinator });
    expect(Buffer.from(lead.coordinator, "base64url").length).toBe(32);
    expect(lead.coordinator).not.toBe(agents.secret);
    expect(files["nats.conf"]).toContain(`password: "${lead.coordinator}"`);
    expect(files["nats.conf"]).not.toContain(agents.secret);
    const users = [...(files["nats.conf"] ?? "").matchAll(/user: "(.*)"/g)].map(([, user]) => user);
    expect(users).toEqual(["coordinator", "agent", "agent-0", "agent-1"]);
  });

  it("has a certificate for the Service and for a forwarded port", async () => {
    const args = [...K8S, "--namespace", "bench", "--job-name", "one"];
    const files = await secretOf(args);
    const certificate = new X509Certificate(files["tls.crt"] ?? "");
    const names = ["one-nats", "one-nats.bench.svc", "one-nats.bench.svc.cluster.local"];
    for (const name of names) expect(certificate.checkHost(name)).toBe(name);
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkHost("two-nats")).toBeUndefined();
    expect(JSON.parse(files["agents.json"] ?? "").ca).toBe(files["tls.crt"]);
  });

  it("repeats the options of the target for the coordinator", async () => {
    const folder = scratch();
    writeFileSync(
      join(folder, "targets.yaml"),
      "targets: { shop: { kind: s3, bucket: shop-data, prefix: bench, region: eu-west-1 } }\n",
    );
    const target = ["--targets", "targets.yaml", "-t", "shop", "--group", "blue"];
    const args = ["render", "k8s", "smoke", ...target, "--agents", "2", ...IMAGE];
    const { stdout } = await rendered(args, folder);
    expect(stdout).toContain(
      "assay run smoke --target shop --targets targets.yaml --agents 2 --group blue --nats tls://",
    );
    expect(stdout).toContain("- s3://shop-data/bench\n");
  });
});

describe("render batch and ecs", () => {
  it("print JSON on stdout and the next commands on stderr", async () => {
    const batch = await rendered(BATCH);
    expect(Object.keys(JSON.parse(batch.stdout))).toEqual(["registerJobDefinition", "submitJob"]);
    expect(batch.stderr).toContain('submit-job --cli-input-json "$(jq .submitJob job.json)"\n');
    const ecs = await rendered(ECS);
    const { runTask } = JSON.parse(ecs.stdout);
    expect(runTask.map(({ count }: { readonly count: number }) => count)).toEqual([10, 10, 3]);
    expect(ecs.stderr).toContain("assay run smoke --target s3://bucket/bench --agents 23 --nats");
  });

  it("take a path from an EFS file system", async () => {
    const path = (args: readonly string[]) => args.with(args.indexOf("s3://bucket/bench"), "/efs");
    const { stdout } = await rendered([...path(ECS), "--efs-id", "fs-0123456789abcdef0"]);
    expect(stdout).toContain('"fileSystemId": "fs-0123456789abcdef0"');
    const { code, stderr } = await assay(path(ECS));
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^a task on Fargate has no path of an instance.*--efs-id/),
    });
  });
});

/** Returns arguments without an option and its value. */
function without(args: readonly string[], option: string): readonly string[] {
  const at = args.indexOf(option);
  return args.toSpliced(at, 2);
}

const REFUSED: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
  [["render"], /^an argument is missing; expected `assay render <platform> <scenario>`/],
  [["render", "nomad", "smoke"], /^platform: expected one of "k8s", "batch", "ecs", got "nomad"/],
  [without(K8S, "--image"), /^render k8s requires --image: image of assay .* e\.g\. --image reg/],
  [without(K8S, "--agents"), /^render k8s requires --agents: number of agents/],
  [without(K8S, "-t"), /^render requires one target, got none; name it with --target/],
  [[...K8S, "-t", "s3://other"], /^render requires one target, got 2/],
  [["render", "k8s", "smok", ...K8S.slice(3)], /smok.*smoke/s],
  [[...K8S, "--set", "durration=1s"], /durration.*duration/],
  [[...K8S, "--agents", "0"], /^--agents: expected a whole number from 1 to 1000, got `0`/],
  [[...K8S, "--uid", "0"], /^--uid: expected a whole number from 1 to 2147483647, got `0`/],
  [[...K8S, "--job-name", "A b"], /^--job-name: expected at most 50 lower-case .*, got `A b`/],
  [
    [...K8S, "--memory", "4"],
    /^--memory: expected a size of at least 512MiB, e\.g\. 4GiB, got `4`/,
  ],
  [[...K8S, "--timeout", "5s"], /^--timeout: expected a time of at least 60s, e\.g\. 2h, got `5s`/],
  [[...K8S, "--claim", "efs"], /^--claim requires a path as the target; remove --claim/],
  [[...K8S, "--claim", ""], /^--claim is empty; expected PersistentVolumeClaim/],
  [[...K8S, "--nats", "tls://a"], /^--nats has no effect for k8s, only for batch and ecs; remove/],
  [[...without(K8S, "-t"), "-t", "/efs"], /^render k8s requires --claim for a path: .* at \/efs/],
  [[...without(K8S, "-t"), "-t", "efs"], /^--target: expected an absolute path.*, got `efs`/],
  ...["--nats", "--secret-arn", "--execution-role", "--job-queue"].map(
    (option) =>
      [
        without(BATCH, option),
        new RegExp(`^render batch requires ${option}: .* ${option} `),
      ] as const,
  ),
  ...["--cluster", "--subnets", "--security-groups"].map(
    (option) =>
      [without(ECS, option), new RegExp(`^render ecs requires ${option}: .* ${option} `)] as const,
  ),
  [[...BATCH, "--cpu", "0.5"], /^--cpu: expected a whole number of CPUs, got `0\.5`/],
  [[...ECS, "--timeout", "2h"], /^--timeout has no effect for ecs, only for k8s and batch/],
  [[...ECS, "--efs-id", "fs-01234567"], /^--efs-id requires a path as the target/],
  [[...ECS, "--nats", "nats://nats.internal:4222"], /^--nats: expected a server that other hosts/],
  [[...ECS, "--nats", "tls://127.0.0.1:4222"], /^--nats: expected a server that other hosts reach/],
  [[...ECS, "--nats", "tls://me:pass@a:4222"], /^--nats: expected a server that other hosts reach/],
  [[...ECS, "--secret-arn", "my-password"], /^--secret-arn: expected the ARN of a secret/],
];

describe("render", () => {
  it.each(REFUSED)("refuses %j", async (args, sentence) => {
    const { code, stdout, stderr } = await assay(args, { cwd: scratch() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split("\n").length).toBe(1);
  });

  it("refuses fewer agents than a phase needs", async () => {
    const folder = scratch();
    mkdirSync(join(folder, "data"));
    const phase =
      "{ name: r, operation: read, access: random, hosts: 4, duration: 1s, dataset: d }";
    const text = `name: four\ndatasets: { d: { count: 8, size: 1MiB } }\nphases: [${phase}]\n`;
    writeFileSync(join(folder, "four.yaml"), text);
    const { code, stderr } = await assay(K8S.with(2, "four.yaml"), { cwd: folder });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "a phase of four.yaml needs 4 hosts, but --agents is 2; raise it to 4\n",
    });
  });
});

describe("values that a platform or a shell would read as more than text", () => {
  const claim = ["--claim", "efs", "--agents", "2", ...IMAGE];
  it.each([
    ["/mnt/a\n---\nkind: ConfigMap", /control character/],
    ["/mnt/x$(XDG_STATE_HOME)", /`\$` or a control character/],
    ["/mnt/x:y", /colon/],
    ["/mnt/Ref::a", /colon/],
  ])("refuses the target %j", async (target, message) => {
    const { code, stdout, stderr } = await assay([
      "render",
      "k8s",
      "smoke",
      "-t",
      target,
      ...claim,
    ]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
  });

  it("refuses a line feed in a value that the commands repeat", async () => {
    const { code, stdout } = await assay([...K8S, "--set", "description=a\\\nfoo"]);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

describe("sizes of tasks on Fargate", () => {
  it.each([
    ["3", "8GiB", 2],
    ["1", "1GiB", 2],
    ["0.25", "1536MiB", 2],
    ["8", "17GiB", 2],
    ["0.25", "2GiB", 0],
    ["1", "8GiB", 0],
    ["16", "120GiB", 0],
  ])("%s CPUs with %s", async (cpu, memory, expected) => {
    const { code, stderr } = await assay([...ECS, "--cpu", cpu, "--memory", memory]);
    expect(code, stderr).toBe(expected);
    const onInstances = await assay([
      ...ECS,
      "--cpu",
      "3",
      "--memory",
      "8GiB",
      "--launch-type",
      "EC2",
    ]);
    expect(onInstances.code).toBe(0);
  });
});
