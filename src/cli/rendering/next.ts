import { COORDINATOR } from "../../cluster/launch/render/kubernetes.ts";
import { NATS_PORT, natsService } from "../../cluster/launch/render/nats-server.ts";
import { INSTANCE_LABEL, type KubernetesJob } from "../../cluster/launch/render/pod.ts";
import type { AwsJob } from "../../cluster/launch/render/render.ts";
import { shellWord, text, texts } from "../command.ts";
import { BUCKET_OPTIONS, BUCKET_SWITCHES, DESCRIPTION_OPTIONS } from "../target-options.ts";
import { DEFAULTS } from "./options.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** Options of `assay run` that select and describe scenario and target, as they were given. */
const REPEATED = ["target", "targets", ...DESCRIPTION_OPTIONS, ...BUCKET_OPTIONS, "set"] as const;

/** Command of the coordinator as words, without the options about its server. */
function runWords(parsed: Parsed): readonly string[] {
  const switches = Object.keys(BUCKET_SWITCHES);
  const options = [...REPEATED, ...switches].flatMap((name) => {
    const value = parsed[name];
    if (value === true) return [`--${name}`];
    if (value === false) return [`--no-${name}`];
    return texts(parsed, name).flatMap((one) => [`--${name}`, one]);
  });
  const group = text(parsed, "group") ?? DEFAULTS.group;
  const inGroup = group === DEFAULTS.group ? [] : ["--group", group];
  const agents = ["--agents", text(parsed, "agents") ?? ""];
  return ["assay", "run", text(parsed, "scenario") ?? "", ...options, ...agents, ...inGroup];
}

function shellLine(...words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** Comments at the top of manifests: the commands of the user, in their order. */
export function kubernetesLines(
  parsed: Parsed,
  { name, namespace, agents, secret }: KubernetesJob,
): readonly string[] {
  const kubectl = ["kubectl", ...(namespace === null ? [] : ["--namespace", namespace])];
  const isMade = typeof secret !== "string";
  const secretName = isMade ? name : secret;
  const kinds = ["job", "deployment", "service", ...(isMade ? ["secret"] : [])].join(",");
  const file = `jsonpath={.data.${COORDINATOR.replace(".", "\\.")}}`;
  const forward = ["port-forward", `service/${natsService(name)}`, `${NATS_PORT}:${NATS_PORT}`];
  const nats = ["--nats", `tls://127.0.0.1:${NATS_PORT}`, "--nats-credentials", "-"];
  return [
    `A NATS server and ${agents} agents of assay, one per node; nothing was applied.`,
    isMade
      ? "The Secret is new in each rendering: pipe it to kubectl, or keep it in a private file."
      : `Secret ${secret}: of a rendering with the same --job-name, --group and as many agents.`,
    "The certificate of the server is valid for 2 days.",
    "",
    "Start:    assay render k8s ... | kubectl create -f -",
    `Connect:  ${shellLine(...kubectl, ...forward)}`,
    `Run:      ${shellLine(...kubectl, "get", "secret", secretName, "-o", file)} |`,
    `            base64 -d | ${shellLine(...runWords(parsed), ...nats)}`,
    `Remove:   ${shellLine(...kubectl, "delete", kinds, "-l", `${INSTANCE_LABEL}=${name}`)}`,
    "",
    "The runtime's default seccomp profile blocks io_uring, so `engine: auto` uses `sync` or",
    "`threadpool`.",
  ];
}

/** Commands of the user for a rendering that is in the file `job.json`. */
export function awsLines(
  parsed: Parsed,
  { nats }: AwsJob,
  platform: "batch" | "ecs",
): readonly string[] {
  const input = (name: string) => `--cli-input-json "$(jq .${name} job.json)"`;
  const calls =
    platform === "batch"
      ? [
          `aws batch register-job-definition ${input("registerJobDefinition")}`,
          `aws batch submit-job ${input("submitJob")}`,
        ]
      : [
          `aws ecs register-task-definition ${input("registerTaskDefinition")}`,
          "jq -c '.runTask[]' job.json | while read -r call; do",
          '  aws ecs run-task --query failures --cli-input-json "$call"; done',
        ];
  const run = shellLine(...runWords(parsed), "--nats", nats, "--nats-credentials", "FILE");
  return ["Nothing was applied. With the output in job.json:", ...calls, run];
}
