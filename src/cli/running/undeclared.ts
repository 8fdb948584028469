import type { Plan } from "../../model/plan/plan.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { Run } from "../../model/run/run.ts";
import { AMAZON_KINDS, KIND } from "../../model/target/kind.ts";
import { type StorageKnowledge, targetKindOf } from "../../model/target/knowledge.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { Console } from "../console.ts";
import type { Pair } from "./pairs.ts";

/** Number of claims that a warning names. */
const MAX_NAMED = 3;

/**
 * Prints before the load which verdicts undeclared facts cost; once per scenario and target of the
 * command. `before`: its earlier runs.
 */
export async function warnUndeclared(
  { plan, target }: Pair,
  knowledge: StorageKnowledge,
  before: readonly Run[],
  console: Console,
): Promise<void> {
  const isSame = (run: Run) => run.plan.name === plan.name && run.target.name === target.name;
  if (before.some(isSame)) return;
  const warning = await undeclaredWarning(plan, target, knowledge);
  if (warning !== null) console.error(`warning: ${warning}\n`);
}

/**
 * Warning before the load that undeclared facts of the target leave verdicts inconclusive, with the
 * options that declare them; null if there are none, or the target has no AWS kind.
 */
async function undeclaredWarning(
  plan: Plan,
  target: TargetSpec,
  knowledge: StorageKnowledge,
): Promise<string | null> {
  const kind = targetKindOf(target, knowledge);
  if (!AMAZON_KINDS.has(kind)) return null;
  const { loadCatalogue } = await import("../../claim/catalogue/catalogue.ts");
  const { undeclaredClaims } = await import("../../claim/declaration/undeclared.ts");
  const { claims } = await loadCatalogue();
  const found = undeclaredClaims(claims, plan, target, knowledge);
  const { undecided, facts } = found;
  if (undecided.length === 0) return null;
  const more = undecided.length - MAX_NAMED;
  const ids = undecided.slice(0, MAX_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  const verdicts = found.claims === 1 ? "verdict" : "verdicts";
  return (
    `${pairName({ plan, target })}: undeclared facts leave ${undecided.length} of ` +
    `${found.claims} ${verdicts} on ${KIND[kind].short} inconclusive (${ids}). Declare them: ` +
    `${optionsFor(facts)}, now or after the run with \`assay verify\`.`
  );
}

/** The options that declare these facts, with values to fill in. */
function optionsFor(facts: readonly string[]): string {
  const provisioned = facts
    .filter((name) => name.startsWith("provisioned."))
    .map((name) => `${name.slice("provisioned.".length)}=…`);
  const others = facts.filter((name) => !name.startsWith("provisioned."));
  return [
    ...(provisioned.length === 0 ? [] : [`--provisioned ${provisioned.join(",")}`]),
    ...others.map((name) => (name === "instance" ? "--instance …" : `${name} in a targets file`)),
  ].join(" ");
}
