import type { AgentJob } from "./render.ts";

/** Secrets of one run, as files. */
export interface RunSecrets {
  /** Credentials of the agents and of the coordinator, as `--nats-credentials` takes them. */
  readonly agents: string;
  readonly coordinator: string;
  /** Configuration of the server, with its users. */
  readonly natsConfig: string;
  /** Certificate of the server and its key, in PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** Facts about the agents of one run on Kubernetes. */
export interface KubernetesJob extends AgentJob {
  /** Null: the namespace of the user's context. */
  readonly namespace: string | null;
  /** PersistentVolumeClaim with the storage of a path; null: the target is not a path. */
  readonly claim: string | null;
  /** Service account of the agents, e.g. with an IAM role; null: the default one. */
  readonly serviceAccount: string | null;
  /** Maximum time of the agents. */
  readonly timeoutSeconds: number;
  /** Secrets of the run, or the name of a Secret that has them. */
  readonly secret: RunSecrets | string;
}

const APP = "app.kubernetes.io";

/** Label that all resources of a run have, with the name of the run's resources. */
export const INSTANCE_LABEL = `${APP}/instance`;

/** Metadata of a resource of the run, with the labels that find it. */
export function metadata(
  { name: instance, namespace }: KubernetesJob,
  name: string,
  component: "agent" | "nats" | "secret",
) {
  const labels = {
    [`${APP}/name`]: "assay",
    [INSTANCE_LABEL]: instance,
    [`${APP}/component`]: component,
  };
  return { name, ...(namespace === null ? {} : { namespace }), labels };
}

/**
 * Security context of a pod without root. `fsGroup` gives the group of the pod access to the files
 * of a Secret, which root owns, and to volumes that are mounted for this pod.
 */
export function podSecurity(uid: number): object {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: uid,
    fsGroup: uid,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** Security context of every container. */
export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
} as const;
