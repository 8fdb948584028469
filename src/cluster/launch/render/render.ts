/**
 * Documents that start the agents of a run on a platform: `kubernetes.ts` with a NATS server,
 * `batch.ts` and `ecs.ts` for a NATS server that exists. This file has the facts that all need, and
 * the arguments of an agent. All functions are pure; the user applies the documents. No document
 * has a secret in an argument or in the value of an environment variable.
 */

import { UsageError } from "../../../model/fault/errors.ts";
import type { BucketAddress, TargetSpec } from "../../../model/target/target.ts";
import { allowEntry } from "../allowed.ts";

/** User of the image: `USER` in the Dockerfile. */
export const IMAGE_UID = 65_532;

/** Directory in which an agent on AWS keeps a run whose coordinator was lost. */
export const AWS_STATE_HOME = "/tmp";

/** Time that an agent may take to stop the load and remove its data, with reserve. */
export const STOP_SECONDS = 90;

/** Storage that the agents may load. */
export interface AllowedTarget {
  /** Path that must be a mount; null: the target is not a path. */
  readonly path: string | null;
  /** Value of `--allow`; null: a target in memory, which needs none. */
  readonly allow: string | null;
  /** AWS settings that an agent must have itself: a coordinator cannot replace them. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Facts about the agents of one run. */
export interface AgentJob {
  /** Name of the resources; lower-case letters, digits and `-`. */
  readonly name: string;
  readonly image: string;
  /** Number of agents, one per host. */
  readonly agents: number;
  /** Reserved for each agent. */
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Numeric user of the agents; never 0. */
  readonly uid: number;
  /** Name under which agents and coordinator meet. */
  readonly group: string;
  /** Time that an agent waits for the coordinator, as `--join-timeout` takes it. */
  readonly joinTimeout: string;
  readonly target: AllowedTarget;
}

/** Facts about the agents of one run on AWS, with a NATS server that exists. */
export interface AwsJob extends AgentJob {
  /** URL of the NATS server. */
  readonly nats: string;
  /** Secret of Secrets Manager or SSM whose value is a credentials file. */
  readonly secretArn: string;
  /** Role that reads the secret. */
  readonly executionRoleArn: string;
  /** Role of the agents themselves; null: none. */
  readonly taskRoleArn: string | null;
  /** EFS file system at the path of the target; null: a path of the instance. */
  readonly efsId: string | null;
}

/**
 * Returns a target as the agents need it.
 *
 * @throws UsageError if a container cannot have it
 */
export function allowedTarget({ name, address }: TargetSpec): AllowedTarget {
  switch (address.kind) {
    case "path":
      return { path: address.path, allow: address.path, settings: {} };
    case "memory":
      return { path: null, allow: null, settings: {} };
    case "bucket":
      return allowedBucket(name, address);
    case "device":
      throw new UsageError(
        `${name}: expected a directory or a bucket, got a block device, which a container does ` +
          "not get; choose a file system, or start the agents on the hosts yourself",
      );
  }
}

function allowedBucket(name: string, address: BucketAddress): AllowedTarget {
  const { region, endpoint, endpoints = [], profile, caPath } = address;
  if (profile !== undefined || caPath !== undefined) {
    const [what, remedy] =
      caPath === undefined
        ? [`profile ${profile}`, "unset AWS_PROFILE or remove `profile`; the agents use their role"]
        : [`certificate authority ${caPath}`, "add it to the image, and remove it here"];
    throw new UsageError(`${name}: the containers do not have the ${what}; ${remedy}`);
  }
  const urls = endpoints.length > 0 ? endpoints : [endpoint ?? []].flat();
  return {
    path: null,
    allow: allowEntry({ kind: "bucket", ...address }),
    settings: {
      AWS_REGION: region,
      ...(urls.length === 0 ? {} : { AWS_ENDPOINT_URL_S3: urls.join(",") }),
    },
  };
}

/** Arguments of an agent; the image adds the program. */
export function agentArguments(
  { group, joinTimeout, target: { allow } }: AgentJob,
  nats: string,
): readonly string[] {
  const base = ["agent", "--nats", nats, "--group", group, "--join-timeout", joinTimeout];
  return allow === null ? base : [...base, "--allow", allow];
}

/** Environment of an agent; `stateHome`: directory for a run whose coordinator was lost. */
export function agentEnvironment({ target: { settings } }: AgentJob, stateHome: string) {
  const variables = { XDG_STATE_HOME: stateHome, ...settings };
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}

/** Volume of a task on AWS with the storage of the target; null: the target needs none. */
export function awsVolume({ target, efsId }: AwsJob) {
  const { path } = target;
  if (path === null) return null;
  const efs = { fileSystemId: efsId ?? "", rootDirectory: "/", transitEncryption: "ENABLED" };
  const volume =
    efsId === null
      ? { name: "target", host: { sourcePath: path } }
      : { name: "target", efsVolumeConfiguration: efs };
  return {
    volumes: [volume],
    mountPoints: [{ sourceVolume: "target", containerPath: path, readOnly: false }],
  };
}

const MIB = 1024 * 1024;

/** Memory in MiB, rounded down. */
export function memoryMib({ memoryBytes }: AgentJob): number {
  return Math.floor(memoryBytes / MIB);
}
