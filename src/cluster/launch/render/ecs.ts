import { CREDENTIALS_VARIABLE } from "../../dial/credentials.ts";
import {
  AWS_STATE_HOME,
  type AwsJob,
  agentArguments,
  agentEnvironment,
  awsVolume,
  memoryMib,
  STOP_SECONDS,
} from "./render.ts";

/** Infrastructure of the tasks. */
export type LaunchType = "FARGATE" | "EC2";

/** Facts about the agents of one run on ECS. */
export interface EcsJob extends AwsJob {
  readonly cluster: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly launchType: LaunchType;
  /** Log group of CloudWatch; null: no log. */
  readonly logGroup: string | null;
}

/** Tasks that one call of RunTask starts. */
const MAX_TASKS = 10;

/**
 * Requests for ECS: one task per agent, in calls of at most 10 tasks. A task learns no index, so
 * the coordinator assigns the ranks.
 */
export function ecsRequests(job: EcsJob) {
  const { agents } = job;
  const runTask = [];
  for (let started = 0; started < agents; started += MAX_TASKS) {
    runTask.push(runTaskRequest(job, Math.min(MAX_TASKS, agents - started)));
  }
  return { registerTaskDefinition: taskDefinition(job), runTask };
}

function taskDefinition(job: EcsJob): object {
  const { name, launchType, cpus, executionRoleArn, taskRoleArn } = job;
  const { volumes, mountPoints } = awsVolume(job) ?? {};
  return {
    family: name,
    requiresCompatibilities: [launchType],
    networkMode: "awsvpc",
    cpu: String(Math.round(cpus * 1024)),
    memory: String(memoryMib(job)),
    executionRoleArn,
    ...(taskRoleArn === null ? {} : { taskRoleArn }),
    containerDefinitions: [{ ...containerOf(job), ...(mountPoints ? { mountPoints } : {}) }],
    ...(volumes ? { volumes } : {}),
  };
}

function containerOf(job: EcsJob): object {
  const { image, nats, uid, secretArn, logGroup, name } = job;
  const log = {
    logDriver: "awslogs",
    options: {
      "awslogs-group": logGroup ?? "",
      "awslogs-region": secretArn.split(":")[3] ?? "",
      "awslogs-stream-prefix": name,
    },
  };
  return {
    name: "agent",
    image,
    command: agentArguments(job, nats),
    essential: true,
    user: String(uid),
    stopTimeout: STOP_SECONDS,
    linuxParameters: { capabilities: { drop: ["ALL"] } },
    environment: agentEnvironment(job, AWS_STATE_HOME),
    secrets: [{ name: CREDENTIALS_VARIABLE, valueFrom: secretArn }],
    ...(logGroup === null ? {} : { logConfiguration: log }),
  };
}

function runTaskRequest(job: EcsJob, count: number) {
  const { cluster, name, launchType, subnets, securityGroups } = job;
  const awsvpcConfiguration = { subnets, securityGroups, assignPublicIp: "DISABLED" };
  // Each task on Fargate has its own host.
  const apart = launchType === "EC2" ? [{ type: "distinctInstance" }] : [];
  return {
    cluster,
    taskDefinition: name,
    count,
    launchType,
    group: name,
    ...(apart.length === 0 ? {} : { placementConstraints: apart }),
    networkConfiguration: { awsvpcConfiguration },
    propagateTags: "TASK_DEFINITION",
  };
}
