import { PreflightError, type Problem, ScenarioError } from "../../model/fault/errors.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { SkippedPhase } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { loadScenario } from "../../scenario/index.ts";
import { type Host, preflight } from "../../scenario/preflight/preflight.ts";
import { quickPart } from "../../scenario/preflight/quick.ts";
import { skipReason, supportedPart, withoutPhases } from "../../scenario/preflight/supported.ts";
import { resolveScenarios } from "../../scenario/shipped.ts";

/** One scenario on one target. */
export interface Pair {
  readonly plan: Plan;
  readonly target: TargetSpec;
}

/** A pair that runs: the phases of a scenario that the target supports. */
export interface PlannedRun extends Pair {
  /** Phases that the plan lacks, because the target does not support them. */
  readonly skippedPhases: readonly SkippedPhase[];
  /** Scenario of the earlier run that prepares the data; absent: the run prepares its own. */
  readonly takesDataOf?: string;
  /** Whether the next run takes over the data. */
  readonly handsOverData?: boolean;
  /** Skipped without a failure if the target turns out not to suit the scenario. */
  readonly isSkippable: boolean;
}

/** A pair that is not run, and the reason as one sentence. */
export interface Skipped extends Pair {
  readonly reason: string;
}

/** One line for stderr. */
export function skipLine({ plan, target, reason }: Skipped): string {
  return `skipped: ${pairName({ plan, target })}: ${reason}`;
}

/** One line for stderr per phase that a run leaves out. */
export function skippedPhaseLines({
  plan,
  target,
  skippedPhases,
}: Pick<PlannedRun, "plan" | "target" | "skippedPhases">): readonly string[] {
  return skippedPhases.map(({ phase, reason, thresholds }) => {
    const lost = thresholds === 1 ? "1 threshold is" : `${thresholds} thresholds are`;
    const more = thresholds === 0 ? "" : `; ${lost} not evaluated`;
    return `skipped phase: ${pairName({ plan, target })}: ${phase}: ${reason}${more}`;
  });
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
  /** Runs only the phases that this selects; absent: all. */
  readonly phases?: (phase: PhasePlan) => boolean;
}

/** Loads the plans of all scenario files. Throws ScenarioError with the problems of all files. */
export async function plansOf(
  options: ScenarioOptions,
  env: NodeJS.ProcessEnv,
): Promise<readonly Requested[]> {
  const { scenarios, set, folders } = options;
  const requested: Requested[] = [];
  const problems: Problem[] = [];
  const load = async (scenario: string, inFolder: boolean): Promise<void> => {
    try {
      const plan = await loadScenario(scenario, { env, set });
      requested.push({ plan: selectPhases(plan, options), inFolder });
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

/** Returns a plan with the selected phases, and with the datasets of these. */
function selectPhases(plan: Plan, { searches, phases: selects }: ScenarioOptions): Plan {
  const isSearch = ({ find }: PhasePlan): boolean => find !== undefined;
  if (searches === true) return { ...plan, phases: plan.phases.filter(isSearch) };
  if (selects === undefined) return plan;
  const others = plan.phases.filter((phase) => !selects(phase));
  return withoutPhases(
    plan,
    others.map(({ name }) => ({ phase: name })),
  );
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

/** Whether a scenario is skipped on a target that does not support it; else it counts as failed. */
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

/** Pairs that run, that are skipped, and that cannot run although their scenario was named. */
interface Pairs {
  readonly pairs: readonly PlannedRun[];
  readonly skipped: readonly Skipped[];
  readonly refused: readonly Skipped[];
}

/** Pairs every scenario with every target, in that order, without unsupported phases. */
export function pairsOf(
  requested: readonly Requested[],
  targets: readonly TargetSpec[],
  host: Host,
  skips: SkipPolicy,
): Pairs {
  const pairs: PlannedRun[] = [];
  const skipped: Skipped[] = [];
  const refused: Skipped[] = [];
  for (const one of requested) {
    for (const target of targets) {
      const chosen = quickPart(one.plan, target);
      const { plan, skipped: unsupported } = supportedPart(chosen.plan, target, host);
      const skippedPhases = [...chosen.skipped, ...unsupported];
      const isSkippable = skips(one);
      const reason = isSkippable ? skipReason(plan, target, host) : null;
      const refusal = isSkippable ? null : refusalOf({ plan, target }, host);
      if (reason !== null) skipped.push({ plan, target, reason });
      else if (refusal !== null) refused.push({ plan, target, reason: refusal });
      else pairs.push({ plan, target, skippedPhases, isSkippable });
    }
  }
  return { pairs, skipped, refused };
}

function refusalOf({ plan, target }: Pair, host: Host): string | null {
  try {
    preflight(plan, target, host);
    return null;
  } catch (error) {
    if (error instanceof PreflightError) return error.message;
    throw error;
  }
}

/**
 * Throws PreflightError with the reasons if nothing can run and nothing was skipped, or if the
 * command needs every pair; otherwise one scenario does not stop the others.
 */
export function requirePairs({ pairs, skipped, refused }: Pairs, needsAll: boolean): void {
  const isIdle = pairs.length + skipped.length === 0;
  if (refused.length === 0 || !(isIdle || needsAll)) return;
  throw new PreflightError(refused.map(({ reason }) => reason).join("\n"));
}
