import type { BatchJob } from "../../cluster/launch/render/batch.ts";
import type { EcsJob } from "../../cluster/launch/render/ecs.ts";
import type { KubernetesJob, RunSecrets } from "../../cluster/launch/render/pod.ts";
import type { AllowedTarget } from "../../cluster/launch/render/render.ts";
import { type AgentJob, type AwsJob, IMAGE_UID } from "../../cluster/launch/render/render.ts";
import { UsageError } from "../../model/fault/errors.ts";
import { text } from "../command.ts";
import { agentCount, MAX_AGENTS } from "../hosts/dial-options.ts";
import { checkFargateSize } from "./fargate.ts";
import { DEFAULTS, LAUNCH_TYPES, type OptionName, type Platform } from "./options.ts";
import { cpus, type Form, formed, integer, listOf, memory, optional, seconds } from "./values.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** The largest user id of POSIX systems with 32 bits. */
const MAX_UID = 2 ** 31 - 1;

const FORMS = {
  name: {
    pattern: /^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/,
    expected: "at most 50 lower-case letters, digits and -, with a letter first",
  },
  group: {
    pattern: /^[A-Za-z0-9_-]{1,60}$/,
    expected: "1 to 60 letters, digits, _ or -",
  },
  image: {
    pattern: /^[a-z0-9][A-Za-z0-9_./:@-]{0,254}$/,
    expected: "an image such as registry.example/assay:0.1.0",
  },
  resource: {
    pattern: /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    expected: "the name of a resource: lower-case letters, digits, - and .",
  },
  namespace: {
    pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    expected: "a namespace: lower-case letters, digits and -",
  },
  server: {
    pattern:
      /^tls:\/\/(?!localhost\b|127\.)[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:\d{1,5})?$/,
    expected: "a server that other hosts reach, such as tls://nats.internal:4222",
  },
  secret: {
    pattern: /^arn:aws[a-z-]*:(secretsmanager|ssm):[a-z0-9-]+:\d{12}:(secret:|parameter\/)\S+$/,
    expected: "the ARN of a secret in Secrets Manager or of a parameter in SSM",
  },
  role: {
    pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/,
    expected: "an ARN such as arn:aws:iam::111122223333:role/name",
  },
  efs: { pattern: /^fs-[0-9a-f]{8,40}$/, expected: "a file system such as fs-0123456789abcdef0" },
  aws: { pattern: /^[A-Za-z0-9_:/.-]{1,255}$/, expected: "a name or an ARN" },
  logs: { pattern: /^[A-Za-z0-9_/.#-]{1,512}$/, expected: "a log group such as /assay/agents" },
  subnet: { pattern: /^subnet-[0-9a-f]{8,40}$/, expected: "subnets such as subnet-0a1b2c3d" },
  security: { pattern: /^sg-[0-9a-f]{8,40}$/, expected: "security groups such as sg-0a1b2c3d" },
} as const satisfies Readonly<Record<string, Form>>;

/** The value of an option, or its default; `checkOptions` rejects the lack of a required one. */
function givenOr(parsed: Parsed, name: OptionName): string {
  const defaults: Readonly<Partial<Record<OptionName, string>>> = DEFAULTS;
  return text(parsed, name) ?? defaults[name] ?? "";
}

/** Reads the options of all platforms. @throws UsageError for an invalid value, as all others */
export function agentJob(parsed: Parsed, platform: Platform, target: AllowedTarget): AgentJob {
  const value = (name: OptionName) => givenOr(parsed, name);
  seconds(value("join-timeout"), "join-timeout");
  return {
    name: formed(value("job-name"), "job-name", FORMS.name),
    image: formed(value("image"), "image", FORMS.image),
    agents: agentCount(value("agents"), MAX_AGENTS),
    // A node of Batch has whole CPUs.
    cpus: cpus(value("cpu"), platform !== "batch"),
    memoryBytes: memory(value("memory")),
    uid: integer(text(parsed, "uid") ?? String(IMAGE_UID), "uid", [1, MAX_UID]),
    group: formed(value("group"), "group", FORMS.group),
    joinTimeout: value("join-timeout"),
    target,
  };
}

/** Reads the options of Kubernetes. `secretsOf` makes the secrets of the run. */
export async function kubernetesJob(
  parsed: Parsed,
  job: AgentJob,
  secretsOf: (namespace: string | null) => Promise<RunSecrets>,
): Promise<KubernetesJob> {
  const claim = optional(parsed, "claim", FORMS.resource);
  const { path } = job.target;
  if (path !== null && claim === null) {
    throw new UsageError(
      `render k8s requires --claim for a path: PersistentVolumeClaim that is mounted at ${path}`,
    );
  }
  if (path === null && claim !== null) {
    throw new UsageError("--claim requires a path as the target; remove --claim");
  }
  const namespace = optional(parsed, "namespace", FORMS.namespace);
  const timeoutSeconds = seconds(givenOr(parsed, "timeout"), "timeout");
  const serviceAccount = optional(parsed, "service-account", FORMS.resource);
  const secret = optional(parsed, "secret-name", FORMS.resource) ?? (await secretsOf(namespace));
  return { ...job, namespace, claim, serviceAccount, timeoutSeconds, secret };
}

function awsJob(parsed: Parsed, job: AgentJob): AwsJob {
  const efsId = optional(parsed, "efs-id", FORMS.efs);
  if (efsId !== null && job.target.path === null) {
    throw new UsageError("--efs-id requires a path as the target; remove --efs-id");
  }
  return {
    ...job,
    nats: listOf(givenOr(parsed, "nats"), "nats", FORMS.server).join(","),
    secretArn: formed(givenOr(parsed, "secret-arn"), "secret-arn", FORMS.secret),
    executionRoleArn: formed(givenOr(parsed, "execution-role"), "execution-role", FORMS.role),
    taskRoleArn: optional(parsed, "task-role", FORMS.role),
    efsId,
  };
}

/** Reads the options of Batch. */
export function batchJob(parsed: Parsed, job: AgentJob): BatchJob {
  return {
    ...awsJob(parsed, job),
    jobQueue: formed(givenOr(parsed, "job-queue"), "job-queue", FORMS.aws),
    timeoutSeconds: seconds(givenOr(parsed, "timeout"), "timeout"),
  };
}

/** Reads the options of ECS. */
export function ecsJob(parsed: Parsed, job: AgentJob): EcsJob {
  const given = text(parsed, "launch-type");
  const launchType = LAUNCH_TYPES.find((one) => one === given) ?? LAUNCH_TYPES[0];
  const aws = awsJob(parsed, job);
  const { path } = job.target;
  if (launchType === "FARGATE" && path !== null && aws.efsId === null) {
    throw new UsageError(
      `a task on Fargate has no path of an instance to mount at ${path}; add --efs-id, or ` +
        "--launch-type EC2",
    );
  }
  if (launchType === "FARGATE") checkFargateSize(aws.cpus, aws.memoryBytes);
  return {
    ...aws,
    cluster: formed(givenOr(parsed, "cluster"), "cluster", FORMS.aws),
    subnets: listOf(givenOr(parsed, "subnets"), "subnets", FORMS.subnet),
    securityGroups: listOf(givenOr(parsed, "security-groups"), "security-groups", FORMS.security),
    launchType,
    logGroup: optional(parsed, "log-group", FORMS.logs),
  };
}
