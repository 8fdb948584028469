import { kubernetesLines } from "../../../../src/cli/rendering/next.ts";
import { type BatchJob, batchRequests } from "../../../../src/cluster/launch/render/batch.ts";
import { type EcsJob, ecsRequests } from "../../../../src/cluster/launch/render/ecs.ts";
import { kubernetesText } from "../../../../src/cluster/launch/render/kubernetes.ts";
import type { KubernetesJob, RunSecrets } from "../../../../src/cluster/launch/render/pod.ts";
import type { AgentJob, AwsJob } from "../../../../src/cluster/launch/render/render.ts";

/** Secrets in place of random ones; each is found in a text by its own word. */
const SECRETS: RunSecrets = {
  agents: '{"group":"assay","secret":"agents-secret","ca":"PEM"}\n',
  coordinator: '{"group":"assay","secret":"agents-secret","coordinator":"lead-secret"}\n',
  natsConfig: 'port: 4222\nauthorization { users = [{ user: "agent-0" }] }\n',
  certificate: "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
  key: "-----BEGIN PRIVATE KEY-----\nAQ==\n-----END PRIVATE KEY-----\n",
};

const PATH_TARGET = { path: "/mnt/efs", allow: "/mnt/efs", settings: {} };

const BUCKET = {
  path: null,
  allow: "s3://bucket/bench",
  settings: { AWS_REGION: "eu-west-1" },
};

const AGENTS: AgentJob = {
  name: "assay",
  image: "registry.example/assay:0.1.0",
  agents: 8,
  cpus: 2,
  memoryBytes: 4 * 2 ** 30,
  uid: 65_532,
  group: "assay",
  joinTimeout: "10m",
  target: PATH_TARGET,
};

/** A volume, a namespace and new secrets. */
const KUBERNETES: KubernetesJob = {
  ...AGENTS,
  namespace: "bench",
  claim: "efs",
  serviceAccount: null,
  timeoutSeconds: 7200,
  secret: SECRETS,
};

/** A bucket by a role, and a Secret that exists. */
const KUBERNETES_BUCKET: KubernetesJob = {
  ...KUBERNETES,
  ...{ name: "on", agents: 3, cpus: 0.5, target: BUCKET },
  ...{ namespace: null, claim: null, serviceAccount: "bench", secret: "kept" },
};

const AWS: AwsJob = {
  ...AGENTS,
  nats: "tls://nats.internal:4222",
  secretArn: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:assay-Ab12Cd",
  executionRoleArn: "arn:aws:iam::111122223333:role/assay-execution",
  taskRoleArn: null,
  efsId: null,
};

const BATCH: BatchJob = { ...AWS, jobQueue: "bench", timeoutSeconds: 7200 };

const BATCH_EFS: BatchJob = { ...BATCH, efsId: "fs-0123456789abcdef0", agents: 2 };

/** More tasks than one call starts, on instances with the storage. */
export const ECS: EcsJob = {
  ...AWS,
  agents: 23,
  cluster: "bench",
  subnets: ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
  securityGroups: ["sg-0a1b2c3d"],
  launchType: "EC2",
  logGroup: "/assay/agents",
};

const ECS_FARGATE: EcsJob = {
  ...ECS,
  ...{ agents: 10, launchType: "FARGATE", logGroup: null },
  taskRoleArn: "arn:aws:iam::111122223333:role/assay-bucket",
  target: { ...BUCKET, settings: { AWS_ENDPOINT_URL_S3: "https://s3.example" } },
};

/** Arguments of the command that a rendering of Kubernetes repeats. */
const PARSED = {
  scenario: "shared-read",
  target: ["/mnt/efs"],
  kind: "efs",
  set: ["phases.read.duration=5m", "cache=a b"],
  agents: "8",
} as const;

/** Text of manifests with their comments. */
function manifests(job: KubernetesJob): string {
  return kubernetesText(job, kubernetesLines(PARSED, job));
}

/** Renderings of Kubernetes by the name of their golden file. */
export const YAML: Readonly<Record<string, string>> = {
  "kubernetes-path.yaml": manifests(KUBERNETES),
  "kubernetes-bucket.yaml": manifests(KUBERNETES_BUCKET),
};

/** Requests to AWS by the name of their golden file. */
export const BATCHES = {
  "batch-path.json.txt": batchRequests(BATCH),
  "batch-efs.json.txt": batchRequests(BATCH_EFS),
} as const;

export const TASKS = {
  "ecs-path.json.txt": ecsRequests(ECS),
  "ecs-bucket.json.txt": ecsRequests(ECS_FARGATE),
} as const;
