/**
 * The parts of `assay check`: the host, the targets, and scenarios on targets. Each part looks at
 * its subject without load and without changing anything, and returns plain data for the report.
 * `assay run` applies the same rules. Read this file first.
 */
import { type Problem, ScenarioError } from "../../model/fault/errors.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { CheckedScenario, CheckedTarget, CheckResult } from "../../report/check/check.ts";
import { loadScenario } from "../../scenario/index.ts";
import type { Host } from "../../scenario/preflight/preflight.ts";
import { resolveScenarios } from "../../scenario/shipped.ts";
import type { CommandContext } from "../command.ts";
import { pricingOf } from "../running/cost.ts";
import { rememberedRates } from "../running/estimates.ts";
import { probeHost } from "../running/host.ts";
import { skipPolicy } from "../running/pairs.ts";
import { checkHost } from "./host.ts";
import { checkScenario } from "./scenarios.ts";
import { checkTarget } from "./targets.ts";

/** Scenarios, target and options of one `assay check`. */
export interface CheckRequest {
  readonly scenarios: readonly string[];
  readonly targets: readonly TargetSpec[];
  readonly set: readonly string[];
  readonly offline: boolean;
}

/** Checks the host, each target, and each scenario on each usable target. */
export async function check(
  { scenarios, targets, set, offline }: CheckRequest,
  context: CommandContext,
): Promise<CheckResult> {
  const host = await checkHost(context);
  const hasScenarios = scenarios.length > 0;
  const checked: CheckedTarget[] = [];
  for (const target of targets) {
    checked.push(await checkTarget(target, { offline, hasScenarios }, context));
  }
  const usable = targets.filter((_, index) => checked[index]?.usable === true);
  const found: CheckedScenario[] = [];
  const problems: Problem[] = [];
  const files = await filesOf(scenarios);
  const ratesOf = rememberedRates(context.interrupt.signal);
  const isLenient = skipPolicy(files, targets.length, true);
  const pricing = await pricingOf(usable);
  let probed: Host | undefined;
  for (const one of files) {
    try {
      const plan = await loadScenario(one.file, { env: context.env, set });
      probed ??= await probeHost();
      const details = {
        targets: usable,
        isLenient: isLenient(one),
        host: probed,
        pricing,
        ratesOf,
      };
      found.push(await checkScenario(plan, details, context));
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      problems.push(...error.problems);
    }
  }
  return { host, targets: checked, scenarios: found, problems };
}

/** Every scenario file that is named, and whether it was found in a directory. */
async function filesOf(names: readonly string[]) {
  const found = [];
  for (const name of names) {
    try {
      const { files, isFolder } = await resolveScenarios(name);
      found.push(...files.map((file) => ({ file, inFolder: isFolder })));
    } catch (error) {
      // Loading the file reports the same problem, with all others of the scenario.
      if (!(error instanceof ScenarioError)) throw error;
      found.push({ file: name, inFolder: false });
    }
  }
  return found;
}
