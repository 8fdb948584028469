import { CONTAINER_SECURITY, type KubernetesJob, metadata, podSecurity } from "./pod.ts";

/** Image of the server, in a version without known security holes. */
const NATS_IMAGE = "nats:2.15.2-alpine";

const NATS_UID = 1000;

/** Port of the server. */
export const NATS_PORT = 4222;

/** Directories in the server's container, which its configuration names. */
export const NATS_FILES = "/run/nats";
export const NATS_STORE = "/data/jetstream";

/** Files in {@link NATS_FILES}, as the Secret names them. */
export const NATS_CONFIG = "nats.conf";
export const NATS_CERTIFICATE = "tls.crt";
export const NATS_KEY = "tls.key";

/** Name of the Service, which is also its DNS name in the namespace. */
export function natsService(name: string): string {
  return `${name}-nats`;
}

/** DNS names and addresses in the certificate; the loopback is for `kubectl port-forward`. */
export function natsNames(name: string, namespace: string | null): readonly string[] {
  const service = natsService(name);
  const long = namespace === null ? [] : ["", ".svc", ".svc.cluster.local"];
  const inCluster = [service, ...long.map((end) => `${service}.${namespace}${end}`)];
  return [...inCluster, "localhost", "127.0.0.1"];
}

/** Returns the Deployment and the Service of a NATS server for one run. */
export function natsManifests(job: KubernetesJob, secretName: string): readonly object[] {
  const { labels, ...meta } = metadata(job, natsService(job.name), "nats");
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...meta, labels },
    spec: {
      selector: labels,
      // The prefix keeps a service mesh from expecting TLS in the first bytes.
      ports: [{ name: "tcp-nats", port: NATS_PORT, targetPort: "tcp-nats" }],
    },
  };
  return [deployment(job, secretName), service];
}

function deployment(job: KubernetesJob, secretName: string): object {
  const { labels, ...meta } = metadata(job, natsService(job.name), "nats");
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...meta, labels },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(secretName) },
    },
  };
}

function podSpec(secretName: string): object {
  const items = [NATS_CONFIG, NATS_CERTIFICATE, NATS_KEY].map((key) => ({ key, path: key }));
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity(NATS_UID),
    containers: [
      {
        name: "nats",
        image: NATS_IMAGE,
        command: ["nats-server", "--config", `${NATS_FILES}/${NATS_CONFIG}`],
        ports: [{ name: "tcp-nats", containerPort: NATS_PORT }],
        readinessProbe: { tcpSocket: { port: "tcp-nats" }, periodSeconds: 2 },
        resources: {
          requests: { cpu: "500m", memory: "512Mi" },
          limits: { cpu: "2", memory: "1Gi" },
        },
        securityContext: CONTAINER_SECURITY,
        volumeMounts: [
          { name: "files", mountPath: NATS_FILES, readOnly: true },
          { name: "store", mountPath: "/data" },
        ],
      },
    ],
    volumes: [
      { name: "files", secret: { secretName, defaultMode: 0o400, items } },
      // A restarted container finds the streams; a server on another node starts without them.
      { name: "store", emptyDir: { sizeLimit: "2Gi" } },
    ],
  };
}
