import { storageFacts } from "../../cluster/agent/look.ts";
import { PreflightError, UnsuitedError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { CheckedPair, CheckedScenario } from "../../report/check/check.ts";
import { fitPlan } from "../../scenario/fit/fit.ts";
import { type Host, preflight, resolvePhase } from "../../scenario/preflight/preflight.ts";
import { quickPart } from "../../scenario/preflight/quick.ts";
import { skipReason, supportedPart } from "../../scenario/preflight/supported.ts";
import { surveyTarget } from "../../storage/index.ts";
import type { CommandContext } from "../command.ts";
import { searchLines } from "../estimate/planned.ts";
import { awaited } from "../live/waiting.ts";
import { costLine, type Pricing, requestsOf } from "../running/cost.ts";
import { checkedTime, isSmall, type rememberedRates } from "../running/estimates.ts";
import { spaceWords } from "../running/space-words.ts";

/** Everything that the check of a scenario depends on, apart from its plan. */
export interface ScenarioCheck {
  readonly targets: readonly TargetSpec[];
  /** Whether a run skips targets that do not suit the scenario; else they end it. */
  readonly isLenient: boolean;
  readonly host: Host;
  readonly pricing: Pricing;
  /** How fast each target takes new data. */
  readonly ratesOf: ReturnType<typeof rememberedRates>;
}

/** Returns whether a scenario can run on each target, and how. Changes nothing. */
export async function checkScenario(
  plan: Plan,
  check: ScenarioCheck,
  context: CommandContext,
): Promise<CheckedScenario> {
  const targets: CheckedPair[] = [];
  for (const target of check.targets) targets.push(await checkPair(plan, target, check, context));
  return { name: plan.name, phases: plan.phases.length, searches: searchLines(plan), targets };
}

async function checkPair(
  scenario: Plan,
  target: TargetSpec,
  { isLenient, host, pricing, ratesOf }: ScenarioCheck,
  { console, interrupt: { signal } }: CommandContext,
): Promise<CheckedPair> {
  const chosen = quickPart(scenario, target);
  const { plan: part, skipped: unsupported } = supportedPart(chosen.plan, target, host);
  const skippedPhases = [...chosen.skipped, ...unsupported];
  const rejected = (state: "skipped" | "refused", reason: string): CheckedPair => ({
    ...{ target: target.name, state, reason },
    ...{ space: null, time: null, cost: null, phases: [], skippedPhases: [] },
  });
  const reason = isLenient ? skipReason(part, target, host) : null;
  if (reason !== null) return rejected("skipped", reason);
  const facts = await storageFacts(target);
  const { plan, space, obstacle } = fitPlan(part, facts);
  try {
    preflight(plan, target, host);
    if (obstacle !== null) throw new PreflightError(obstacle);
    await awaited(console, target, surveyTarget(target, { plan, signal }));
  } catch (error) {
    if (!(error instanceof PreflightError)) throw error;
    const isSkipped = isLenient && error instanceof UnsuitedError;
    return rejected(isSkipped ? "skipped" : "refused", error.message);
  }
  const phases = plan.phases.map((phase) => {
    const { engine, threads, depth } = resolvePhase(phase, target, host.engines);
    return { name: phase.name, engine, threads, queueDepth: depth };
  });
  const ready = { target: target.name, state: "ready", reason: null } as const;
  const rates = isSmall(space) ? null : await ratesOf(target, facts.freeBytes);
  const time = checkedTime({ plan, target, space, rates });
  return { ...ready, space: spaceOfPair(), time, cost: costOf(), phases, skippedPhases };

  function spaceOfPair(): CheckedPair["space"] {
    return {
      writtenBytes: space.preparedBytes + space.loadBytes,
      timedWriters: space.timedWriters,
      neededBytes: space.peakBytes,
      freeBytes: facts.freeBytes,
      text: `${pairName({ plan, target })}: ${spaceWords({ plan, target, space, facts, rates })}`,
    };
  }

  function costOf(): CheckedPair["cost"] {
    const cost = pricing.estimate(plan, target);
    if (cost === null) return null;
    return {
      requests: requestsOf(cost),
      totalUsd: cost.totalUsd,
      text: costLine(plan, target, cost),
    };
  }
}
