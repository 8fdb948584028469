import { type Problem, ScenarioError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { loadScenario } from "../../scenario/index.ts";
import { type Host, preflight, skipReason } from "../../scenario/preflight/preflight.ts";
import { resolveScenarios } from "../../scenario/shipped.ts";

/** One scenario on one target. */
export interface PlannedRun {
  readonly plan: Plan;
  readonly target: TargetSpec;
}

/** A pair that is not run, and the reason as one sentence. */
export interface Skipped extends PlannedRun {
  readonly reason: string;
}

/** One line for stderr. */
export function skipLine({ plan, target, reason }: Skipped): string {
  return `skipped: ${plan.name} on ${target.name}: ${reason}`;
}

/** A requested plan, and whether its scenario was found in a directory rather than named. */
export interface Requested {
  readonly plan: Plan;
  readonly inFolder: boolean;
}

/** Scenarios of a command line and how they are loaded. */
interface ScenarioOptions {
  readonly scenarios: readonly string[];
  readonly set: readonly string[];
  /** A directory names all scenarios in it. */
  readonly folders?: boolean;
  /** Runs only the phases that search for a load. */
  readonly searches?: boolean;
}

/** Loads the plans of all scenario files. Throws ScenarioError with the problems of all files. */
export async function plansOf(
  options: ScenarioOptions,
  env: NodeJS.ProcessEnv,
): Promise<readonly Requested[]> {
  const { scenarios, set, folders, searches } = options;
  const requested: Requested[] = [];
  const problems: Problem[] = [];
  const load = async (scenario: string, inFolder: boolean): Promise<void> => {
    try {
      const plan = await loadScenario(scenario, { env, set });
      const phases = plan.phases.filter(({ find }) => find !== undefined);
      requested.push({ plan: searches === true ? { ...plan, phases } : plan, inFolder });
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      problems.push(...error.problems);
    }
  };
  for (const scenario of scenarios) {
    const { files, isFolder } = await filesOf(scenario, folders === true, problems);
    for (const file of files) await load(file, isFolder);
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return requested;
}

async function filesOf(scenario: string, folders: boolean, problems: Problem[]) {
  if (!folders) return { files: [scenario], isFolder: false };
  try {
    return await resolveScenarios(scenario);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    problems.push(...error.problems);
    return { files: [], isFolder: false };
  }
}

/** Whether a scenario is skipped on a target that does not support it; else the command fails. */
export type SkipPolicy = (requested: Pick<Requested, "inFolder">) => boolean;

/** Skips scenarios of a directory, and several scenarios on several targets. */
export function skipPolicy(
  requested: readonly Pick<Requested, "inFolder">[],
  targets: number,
  folders: boolean,
): SkipPolicy {
  const matrix = folders && requested.length > 1 && targets > 1;
  return ({ inFolder }) => matrix || inFolder;
}

/**
 * Pairs every scenario with every target that supports it, in that order. Throws PreflightError for
 * an unsupported pair that the policy does not skip.
 */
export function pairsOf(
  requested: readonly Requested[],
  targets: readonly TargetSpec[],
  host: Host,
  skips: SkipPolicy,
): { readonly pairs: readonly PlannedRun[]; readonly skipped: readonly Skipped[] } {
  const strict = requested.filter((one) => !skips(one));
  for (const target of targets) for (const { plan } of strict) preflight(plan, target, host);
  const pairs: PlannedRun[] = [];
  const skipped: Skipped[] = [];
  for (const one of requested) {
    for (const target of targets) {
      const { plan } = one;
      const reason = skips(one) ? skipReason(plan, target, host) : null;
      if (reason === null) pairs.push({ plan, target });
      else skipped.push({ plan, target, reason });
    }
  }
  return { pairs, skipped };
}
