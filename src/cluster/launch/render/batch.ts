import { CREDENTIALS_VARIABLE } from "../../dial/credentials.ts";
import {
  AWS_STATE_HOME,
  type AwsJob,
  agentArguments,
  agentEnvironment,
  awsVolume,
  memoryMib,
} from "./render.ts";

/** Facts about the agents of one run on AWS Batch. */
export interface BatchJob extends AwsJob {
  readonly jobQueue: string;
  /** Maximum time of the job; Batch needs at least 60. */
  readonly timeoutSeconds: number;
}

/**
 * Requests for AWS Batch: a multi-node parallel job with one agent per node, which learns its rank
 * from Batch. Node 0 is the main node: Batch ends the job with it.
 */
export function batchRequests(job: BatchJob) {
  const { name, agents, timeoutSeconds, jobQueue } = job;
  return {
    registerJobDefinition: {
      jobDefinitionName: name,
      type: "multinode",
      retryStrategy: { attempts: 1 },
      timeout: { attemptDurationSeconds: timeoutSeconds },
      nodeProperties: {
        numNodes: agents,
        mainNode: 0,
        nodeRangeProperties: [{ targetNodes: "0:", container: containerOf(job) }],
      },
    },
    submitJob: { jobName: name, jobQueue, jobDefinition: name },
  };
}

function containerOf(job: BatchJob): object {
  const { image, nats, uid, cpus, secretArn, executionRoleArn, taskRoleArn } = job;
  return {
    image,
    command: agentArguments(job, nats),
    user: String(uid),
    privileged: false,
    executionRoleArn,
    ...(taskRoleArn === null ? {} : { jobRoleArn: taskRoleArn }),
    resourceRequirements: [
      { type: "VCPU", value: String(cpus) },
      { type: "MEMORY", value: String(memoryMib(job)) },
    ],
    environment: agentEnvironment(job, AWS_STATE_HOME),
    secrets: [{ name: CREDENTIALS_VARIABLE, valueFrom: secretArn }],
    ...awsVolume(job),
  };
}
