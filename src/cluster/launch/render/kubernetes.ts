import { stringify } from "yaml";
import {
  NATS_CERTIFICATE,
  NATS_CONFIG,
  NATS_KEY,
  NATS_PORT,
  natsManifests,
  natsService,
} from "./nats-server.ts";
import { CONTAINER_SECURITY, type KubernetesJob, metadata, podSecurity } from "./pod.ts";
import { agentArguments, agentEnvironment, memoryMib, STOP_SECONDS } from "./render.ts";

/** Directory of the agents' credentials, and their name in it and in the Secret. */
const FILES = "/run/assay";
const AGENTS = "agents.json";

/** Directory in which an agent keeps a run whose coordinator was lost, until its pod is removed. */
const STATE_HOME = "/var/lib/assay";

/** Name of the coordinator's credentials in the Secret; no pod mounts them. */
export const COORDINATOR = "coordinator.json";

/** Time after which a finished Job and its pods are removed. */
const KEPT_SECONDS = 24 * 3600;

/** Returns manifests for `kubectl create` as YAML; each of the lines is a comment at the top. */
export function kubernetesText(job: KubernetesJob, lines: readonly string[]): string {
  const comments = lines.map((line) => `# ${line}`.trimEnd()).join("\n");
  // Kubernetes reads YAML 1.1, where `on` and `no` are other values unless they are quoted.
  const options = { lineWidth: 0, aliasDuplicateObjects: false, compat: "yaml-1.1" } as const;
  const documents = kubernetesManifests(job).map((one) => `---\n${stringify(one, options)}`);
  return `${comments}\n${documents.join("")}`;
}

function kubernetesManifests(job: KubernetesJob): readonly object[] {
  const { secret, name } = job;
  if (typeof secret === "string") return [...natsManifests(job, secret), agentJob(job, secret)];
  const made = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata(job, name, "secret"),
    type: "Opaque",
    immutable: true,
    stringData: {
      [AGENTS]: secret.agents,
      [COORDINATOR]: secret.coordinator,
      [NATS_CONFIG]: secret.natsConfig,
      [NATS_CERTIFICATE]: secret.certificate,
      [NATS_KEY]: secret.key,
    },
  };
  return [made, ...natsManifests(job, name), agentJob(job, name)];
}

function agentJob(job: KubernetesJob, secretName: string): object {
  const { agents, timeoutSeconds, name } = job;
  const { labels, ...meta } = metadata(job, `${name}-agents`, "agent");
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { ...meta, labels },
    spec: {
      completionMode: "Indexed",
      completions: agents,
      parallelism: agents,
      // No agent is started again. A limit for the whole Job would also stop all other agents.
      backoffLimitPerIndex: 0,
      podReplacementPolicy: "Failed",
      podFailurePolicy: { rules: FAILURES },
      activeDeadlineSeconds: timeoutSeconds,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: { metadata: { labels }, spec: podSpec(job, secretName, labels) },
    },
  };
}

/** An agent that fails, or that its node evicts, is lost; the others go on. */
const FAILURES = [
  {
    action: "FailIndex",
    onExitCodes: { containerName: "agent", operator: "NotIn", values: [0] },
  },
  { action: "FailIndex", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
] as const;

function podSpec(job: KubernetesJob, secretName: string, labels: object): object {
  const { serviceAccount, uid, agents, claim } = job;
  const items = [{ key: AGENTS, path: AGENTS }];
  const storage =
    claim === null ? [] : [{ name: "target", persistentVolumeClaim: { claimName: claim } }];
  return {
    restartPolicy: "Never",
    ...(serviceAccount === null ? {} : { serviceAccountName: serviceAccount }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: STOP_SECONDS,
    securityContext: podSecurity(uid),
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        // With fewer nodes than agents, pods wait for a node instead of sharing one.
        minDomains: agents,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: labels },
      },
    ],
    containers: [agentContainer(job)],
    volumes: [
      { name: "credentials", secret: { secretName, defaultMode: 0o400, items } },
      { name: "tmp", emptyDir: {} },
      { name: "state", emptyDir: {} },
      ...storage,
    ],
  };
}

function agentContainer(job: KubernetesJob): object {
  const { image, cpus, claim, target, name } = job;
  const amounts = { cpu: String(cpus), memory: `${memoryMib(job)}Mi` };
  const nats = `tls://${natsService(name)}:${NATS_PORT}`;
  const [command = "", ...options] = agentArguments(job, nats);
  const { path } = target;
  const storage = claim === null || path === null ? [] : [{ name: "target", mountPath: path }];
  return {
    name: "agent",
    image,
    args: [command, "--nats-credentials", `${FILES}/${AGENTS}`, ...options],
    env: agentEnvironment(job, STATE_HOME),
    resources: { requests: amounts, limits: amounts },
    securityContext: CONTAINER_SECURITY,
    volumeMounts: [
      { name: "credentials", mountPath: FILES, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      { name: "state", mountPath: STATE_HOME },
      ...storage,
    ],
  };
}
