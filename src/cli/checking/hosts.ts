import { sharedTarget } from "../../cluster/lead/same-target.ts";
import { ENGINES } from "../../engine/index.ts";
import { EXIT, messageOf, PreflightError } from "../../model/fault/errors.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
import { highestPerSecond } from "../../model/plan/rate.ts";
import { printableJson } from "../../model/printable.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { type HostsCheck, hostsCheckReport, hostsScreen } from "../../report/check/hosts.ts";
import { formatCount, formatIops } from "../../report/parts/format.ts";
import { wantsRing } from "../../scenario/preflight/preflight.ts";
import { makeRunId } from "../../storage/ownership/manifest.ts";
import { type CommandContext, flag, texts } from "../command.ts";
import type { JoinedCrew } from "../hosts/crew.ts";
import { crewOf } from "../hosts/hosts.ts";
import type { HostOptions } from "../hosts/options.ts";
import { pageOf } from "../pages/pages.ts";
import { printResult } from "../print.ts";
import { plansOf } from "../running/pairs.ts";
import { targetsOf } from "../targets.ts";

/**
 * Checks hosts for a run: whether they join, what they are, how far apart their clocks may be,
 * whether they share each target, and the load that each phase would have. Without load; to find
 * whether hosts share a target, the first host writes some bytes there and removes them.
 */
export async function checkOnHosts(
  hosts: HostOptions,
  parsed: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<number> {
  const targets = await targetsOf(parsed, context);
  const options = { scenarios: texts(parsed, "scenario"), set: texts(parsed, "set") };
  const requested = await plansOf({ ...options, folders: true }, context.env);
  const plans = requested.map(({ plan }) => plan);
  const ring = wantsRing(plans, targets, ENGINES);
  const how = { hosts, offline: flag(parsed, "offline"), quiet: false };
  const crew = await crewOf({ plans, targets, ring }, how, context);
  if (crew === null) throw new Error("a check of hosts has hosts");
  try {
    const result = await resultOf(crew, plans, targets, context);
    const document = hostsCheckReport(result);
    const printed = {
      document,
      screen: hostsScreen(result),
      page: pageOf(document, ".", "check.html"),
      json: () => `${printableJson(result)}\n`,
    };
    await printResult(printed, parsed, context, "summary");
    return result.targets.every(({ scope }) => scope !== null) ? EXIT.ok : EXIT.machine;
  } finally {
    await crew.close();
  }
}

async function resultOf(
  joined: JoinedCrew,
  plans: readonly Plan[],
  targets: readonly TargetSpec[],
  context: CommandContext,
): Promise<HostsCheck> {
  const { crew } = joined;
  const { length } = crew.hosts;
  const checked: HostsCheck["targets"][number][] = [];
  for (const target of targets) checked.push(await checkTarget(joined, target, context));
  return {
    hosts: crew.hosts.map(({ record }) => record),
    absent: crew.absent,
    targets: checked,
    loads: plans.flatMap((plan) => plan.phases.map((phase) => loadOf(plan, phase, length))),
  };
}

async function checkTarget(
  { crew }: JoinedCrew,
  target: TargetSpec,
  { version, interrupt }: CommandContext,
): Promise<HostsCheck["targets"][number]> {
  const runId = makeRunId(["check"], new Date());
  const token = { runId, assayVersion: version, signal: interrupt.signal };
  try {
    const scope = await sharedTarget(crew, target, token);
    return { name: target.name, scope, reason: null };
  } catch (error) {
    if (!(error instanceof PreflightError)) throw error;
    return { name: target.name, scope: null, reason: messageOf(error) };
  }
}

/** `s: read: 8 hosts x 4 workers x 32 = 1,024 in flight; 5,000/s in all, 625/s a host`. */
function loadOf(plan: Plan, phase: PhasePlan, all: number): string {
  const { workers, queueDepth, rate, hosts = all } = phase;
  const flight = formatCount(hosts * workers * queueDepth);
  const count = hosts === 1 ? "1 host" : `${formatCount(hosts)} hosts`;
  const load = `${count} x ${workers} workers x ${queueDepth} = ${flight} in flight`;
  const name = `${plan.name}: ${phase.name}: ${load}`;
  if (rate === null) return name;
  const most = highestPerSecond(rate);
  return `${name}; ${formatIops(most)}/s in all, ${formatIops(most / hosts)}/s a host`;
}
