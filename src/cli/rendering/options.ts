import type { Argv } from "yargs";
import type { LaunchType } from "../../cluster/launch/render/ecs.ts";
import { UsageError } from "../../model/fault/errors.ts";
import { text } from "../command.ts";

/** Platforms that agents are rendered for. */
export const PLATFORMS = ["k8s", "batch", "ecs"] as const;

export type Platform = (typeof PLATFORMS)[number];

/** Infrastructure of tasks on ECS; the first one is the default. */
export const LAUNCH_TYPES = ["FARGATE", "EC2"] as const satisfies readonly LaunchType[];

/** An option of `assay render` with a value. */
interface RenderOption {
  readonly group: string;
  readonly describe: string;
  /** Platforms that it applies to; absent: all. */
  readonly only?: readonly Platform[];
  /** Example of a required value; it is required on all platforms that the option applies to. */
  readonly required?: string;
  /** Default as the help shows it. */
  readonly byDefault?: string;
  readonly choices?: readonly string[];
}

const AGENTS = "Agents:";
const KUBERNETES = "Kubernetes (k8s):";
const AWS = "AWS (batch, ecs):";
const ON_AWS = ["batch", "ecs"] as const;

/** Defaults of options, as their values are written. */
export const DEFAULTS = {
  "job-name": "assay",
  group: "assay",
  cpu: "2",
  memory: "4GiB",
  "join-timeout": "10m",
  timeout: "2h",
} as const;

/** The options, in the order of the help. */
const OPTIONS = {
  agents: { group: AGENTS, describe: "number of agents, one per host", required: "8" },
  image: {
    group: AGENTS,
    describe: "image of assay in a registry that the platform reaches",
    required: "registry.example/assay:0.1.0",
  },
  "job-name": {
    group: AGENTS,
    describe: "name of the resources: lower-case letters, digits and -",
    byDefault: DEFAULTS["job-name"],
  },
  group: {
    group: AGENTS,
    describe: "name under which the coordinator and its agents meet on the NATS server",
    byDefault: DEFAULTS.group,
  },
  cpu: { group: AGENTS, describe: "CPUs of each agent", byDefault: DEFAULTS.cpu },
  memory: { group: AGENTS, describe: "memory of each agent", byDefault: DEFAULTS.memory },
  uid: {
    group: AGENTS,
    describe: "numeric user of the agents, which must be able to write to the target",
    byDefault: "user of the image, 65532",
  },
  "join-timeout": {
    group: AGENTS,
    describe: "maximum time that an agent waits for the coordinator",
    byDefault: DEFAULTS["join-timeout"],
  },
  timeout: {
    group: AGENTS,
    describe: "maximum time of the agents (k8s, batch)",
    only: ["k8s", "batch"],
    byDefault: DEFAULTS.timeout,
  },
  namespace: { group: KUBERNETES, describe: "namespace of the resources", only: ["k8s"] },
  claim: {
    group: KUBERNETES,
    describe: "PersistentVolumeClaim that is mounted at the path of the target",
    only: ["k8s"],
  },
  "service-account": {
    group: KUBERNETES,
    describe: "service account of the agents, e.g. with an IAM role for a bucket",
    only: ["k8s"],
  },
  "secret-name": {
    group: KUBERNETES,
    describe: "Secret that exists, with the files of an earlier rendering; renders no secret",
    only: ["k8s"],
  },
  nats: {
    group: AWS,
    describe: "NATS server that the agents reach",
    only: ON_AWS,
    required: "tls://nats.internal:4222",
  },
  "secret-arn": {
    group: AWS,
    describe:
      "secret of Secrets Manager or SSM whose value is the file agents.json of `assay nats`",
    only: ON_AWS,
    required: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:assay-Ab12Cd",
  },
  "execution-role": {
    group: AWS,
    describe: "ARN of the role that reads the secret",
    only: ON_AWS,
    required: "arn:aws:iam::111122223333:role/assay-execution",
  },
  "task-role": {
    group: AWS,
    describe: "ARN of the role of the agents, e.g. for a bucket",
    only: ON_AWS,
  },
  "efs-id": {
    group: AWS,
    describe: "EFS file system that is mounted at the path of the target",
    only: ON_AWS,
    byDefault: "the same path of the instance",
  },
  "job-queue": { group: AWS, describe: "job queue (batch)", only: ["batch"], required: "queue" },
  cluster: { group: AWS, describe: "cluster (ecs)", only: ["ecs"], required: "cluster" },
  subnets: {
    group: AWS,
    describe: "subnets of the tasks, separated by commas (ecs)",
    only: ["ecs"],
    required: "subnet-0a1b,subnet-2c3d",
  },
  "security-groups": {
    group: AWS,
    describe: "security groups of the tasks, separated by commas (ecs)",
    only: ["ecs"],
    required: "sg-0a1b",
  },
  "launch-type": {
    group: AWS,
    describe: "infrastructure of the tasks (ecs)",
    only: ["ecs"],
    byDefault: LAUNCH_TYPES[0],
    choices: LAUNCH_TYPES,
  },
  "log-group": {
    group: AWS,
    describe: "CloudWatch log group of the agents (ecs)",
    only: ["ecs"],
    byDefault: "no log",
  },
} as const satisfies Readonly<Record<string, RenderOption>>;

/** Name of an option of `assay render`. */
export type OptionName = keyof typeof OPTIONS;

const ENTRIES = Object.entries(OPTIONS as Readonly<Record<string, RenderOption>>);

/** Adds the options of `assay render`, except those of scenario and target. */
export function renderOptions(parser: Argv): Argv {
  return ENTRIES.reduce((all, [name, { group, describe, byDefault, choices }]) => {
    const shown = byDefault === undefined ? {} : { defaultDescription: byDefault };
    const values = choices === undefined ? ({ type: "string" } as const) : { choices };
    return all.option(name, { nargs: 1, group, describe, ...shown, ...values });
  }, parser);
}

/**
 * Rejects options of other platforms and the lack of required ones.
 *
 * @throws UsageError
 */
export function checkOptions(parsed: Readonly<Record<string, unknown>>, platform: Platform): void {
  for (const [name, { only = PLATFORMS, required, describe }] of ENTRIES) {
    const value = text(parsed, name);
    const applies = only.includes(platform);
    if (value !== undefined && !applies) {
      const list = only.join(" and ");
      throw new UsageError(`--${name} has no effect for ${platform}, only for ${list}; remove it`);
    }
    if (value === "") throw new UsageError(`--${name} is empty; expected ${describe}`);
    if (value === undefined && applies && required !== undefined) {
      throw new UsageError(
        `render ${platform} requires --${name}: ${describe}, e.g. --${name} ${required}`,
      );
    }
  }
}
