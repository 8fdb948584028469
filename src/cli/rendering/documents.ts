import { isAbsolute } from "node:path";
import { type AllowedTarget, allowedTarget } from "../../cluster/launch/render/render.ts";
import { UsageError } from "../../model/fault/errors.ts";
import { mostHosts } from "../../model/plan/part.ts";
import { printable } from "../../model/printable.ts";
import { loadScenario } from "../../scenario/index.ts";
import { type CommandContext, text, texts } from "../command.ts";
import { targetsOf } from "../targets.ts";
import { agentJob, batchJob, ecsJob, kubernetesJob } from "./jobs.ts";
import { awsLines, kubernetesLines } from "./next.ts";
import { checkOptions, type Platform } from "./options.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** Documents as text, and what the user does with them. */
export interface Rendered {
  readonly text: string;
  /** Lines for stderr; empty if the text has them. */
  readonly next: readonly string[];
}

/** Renders the agents of a scenario on a target. @throws UsageError, ScenarioError */
export async function renderAgents(
  platform: Platform,
  parsed: Parsed,
  context: CommandContext,
): Promise<Rendered> {
  checkOptions(parsed, platform);
  refuseControls(parsed);
  const job = agentJob(parsed, platform, await targetOf(parsed, context));
  await checkScenario(parsed, job.agents, context);
  if (platform === "k8s") {
    const { kubernetesText } = await import("../../cluster/launch/render/kubernetes.ts");
    const { makeSecrets } = await import("./secrets.ts");
    const whole = await kubernetesJob(parsed, job, (namespace) => makeSecrets(job, namespace));
    return { text: kubernetesText(whole, kubernetesLines(parsed, whole)), next: [] };
  }
  const { documents, next } = await awsRequests(platform, parsed, job);
  return { text: `${JSON.stringify(documents, null, 2)}\n`, next };
}

/** Refuses values that would end a line of the commands that the documents begin with. */
function refuseControls(parsed: Parsed): void {
  for (const name of Object.keys(parsed)) {
    const value = texts(parsed, name).find((one) => /\p{Cc}/u.test(one));
    if (value === undefined) continue;
    throw new UsageError(
      `${printable(name)}: \`${printable(value)}\` has a line feed or another control character; ` +
        "remove it",
    );
  }
}

async function awsRequests(
  platform: "batch" | "ecs",
  parsed: Parsed,
  job: ReturnType<typeof agentJob>,
) {
  if (platform === "batch") {
    const { batchRequests } = await import("../../cluster/launch/render/batch.ts");
    const whole = batchJob(parsed, job);
    return { documents: batchRequests(whole), next: awsLines(parsed, whole, platform) };
  }
  const { ecsRequests } = await import("../../cluster/launch/render/ecs.ts");
  const whole = ecsJob(parsed, job);
  return { documents: ecsRequests(whole), next: awsLines(parsed, whole, platform) };
}

/** Returns the only target. Its path is one of the containers, not of this host. */
async function targetOf(parsed: Parsed, context: CommandContext): Promise<AllowedTarget> {
  const [target, ...others] = await targetsOf(parsed, context);
  if (target === undefined || others.length > 0) {
    const got = others.length === 0 ? "none" : `${others.length + 1}`;
    throw new UsageError(
      `render requires one target, got ${got}; name it with --target, e.g. --target /mnt/efs`,
    );
  }
  const [given = ""] = texts(parsed, "target");
  if (target.address.kind === "path" && text(parsed, "targets") === undefined) {
    if (!isAbsolute(given)) {
      throw new UsageError(`--target: expected an absolute path in containers, got \`${given}\``);
    }
  }
  const allowed = allowedTarget(target);
  refuseExpanded(allowed);
  return allowed;
}

/**
 * Refuses characters that a platform does not take as they are: Kubernetes expands `$(NAME)` in
 * arguments and variables, Batch `Ref::name`, and a path that is mounted cannot have a colon.
 */
function refuseExpanded({ path, allow, settings }: AllowedTarget): void {
  const values = [allow ?? "", ...Object.values(settings)];
  const problem = values.some((one) => /[\p{Cc}$]/u.test(one))
    ? "a `$` or a control character"
    : path?.includes(":") || allow?.includes("Ref::")
      ? "a colon"
      : null;
  if (problem === null) return;
  throw new UsageError(
    `--target: the path, bucket or endpoint has ${problem}, which containers cannot have in it; ` +
      "use another name",
  );
}

async function checkScenario(
  parsed: Parsed,
  agents: number,
  { env }: CommandContext,
): Promise<void> {
  const scenario = text(parsed, "scenario") ?? "";
  const needed = mostHosts(await loadScenario(scenario, { env, set: texts(parsed, "set") }));
  if (needed <= agents) return;
  throw new UsageError(
    `a phase of ${scenario} needs ${needed} hosts, but --agents is ${agents}; ` +
      `raise it to ${needed}`,
  );
}
