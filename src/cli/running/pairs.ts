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

/** A pair that is not run, and why in one sentence. */
export interface Skipped extends PlannedRun {
  readonly reason: string;
}

/** One line for stderr. */
export function skipLine({ plan, target, reason }: Skipped): string {
  return `skipped: ${plan.name} on ${target.name}: ${reason}`;
}

/** A plan, and whether its scenario was found in a folder rather than named. */
export interface Asked {
  readonly plan: Plan;
  readonly inFolder: boolean;
}

/** What is asked of scenarios: how they are loaded. */
interface Asking {
  readonly scenarios: readonly string[];
  readonly set: readonly string[];
  /** A folder stands for the scenarios in it. */
  readonly folders?: boolean;
  /** Leaves out the phases that do not search. */
  readonly searches?: boolean;
}

/** The plans of all scenario files, or the mistakes of all of them at once. */
export async function plansOf(asking: Asking, env: NodeJS.ProcessEnv): Promise<readonly Asked[]> {
  const { scenarios, set, folders, searches } = asking;
  const asked: Asked[] = [];
  const problems: Problem[] = [];
  const load = async (scenario: string, inFolder: boolean): Promise<void> => {
    try {
      const plan = await loadScenario(scenario, { env, set });
      const phases = plan.phases.filter(({ find }) => find !== undefined);
      asked.push({ plan: searches === true ? { ...plan, phases } : plan, inFolder });
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
  return asked;
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

/** Whether a scenario is left out of a target that cannot do it; else nothing at all is run. */
export type Lenient = (asked: Pick<Asked, "inFolder">) => boolean;

/**
 * A scenario of a folder is, and so are several on several targets: which of them can do what is
 * then part of the question.
 */
export function skipPolicy(
  asked: readonly Pick<Asked, "inFolder">[],
  targets: number,
  folders: boolean,
): Lenient {
  const matrix = folders && asked.length > 1 && targets > 1;
  return ({ inFolder }) => matrix || inFolder;
}

/**
 * Every scenario on every target, in that order, as far as they go together. Throws PreflightError
 * for a pair that cannot be run and is not to be left out.
 */
export function pairsOf(
  asked: readonly Asked[],
  targets: readonly TargetSpec[],
  host: Host,
  lenient: Lenient,
): { readonly pairs: readonly PlannedRun[]; readonly skipped: readonly Skipped[] } {
  const strict = asked.filter((one) => !lenient(one));
  for (const target of targets) for (const { plan } of strict) preflight(plan, target, host);
  const pairs: PlannedRun[] = [];
  const skipped: Skipped[] = [];
  for (const one of asked) {
    for (const target of targets) {
      const { plan } = one;
      const reason = lenient(one) ? skipReason(plan, target, host) : null;
      if (reason === null) pairs.push({ plan, target });
      else skipped.push({ plan, target, reason });
    }
  }
  return { pairs, skipped };
}
