import { ScenarioError } from "../../src/model/fault/errors.ts";
import type { PhasePlan, Plan } from "../../src/model/plan/plan.ts";
import { planScenario } from "../../src/scenario/index.ts";

interface Input {
  readonly env?: Readonly<Record<string, string>>;
  readonly set?: readonly string[];
}

/** The plan of a scenario's text, called `a.yaml`. */
export function plan(text: string, { env = {}, set = [] }: Input = {}): Plan {
  return planScenario("a.yaml", text, { env, set });
}

/** The problems of a scenario's text as printed, one line per problem. */
export function problems(text: string, input: Input = {}): readonly string[] {
  return linesOf(() => plan(text, input));
}

/** The lines of the ScenarioError that a call must throw. */
export function linesOf(call: () => unknown): readonly string[] {
  try {
    call();
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split("\n");
    throw error;
  }
  return [];
}

/** A scenario with files of 1 MiB and shards, and these lines as the fields of its only phase. */
export function withPhase(fields: string, defaults = "{}"): string {
  return `name: x
datasets:
  data: { count: 10, size: 1MiB }
  tars: { kind: shards, count: 10, size: 8KiB, shardSize: 64KiB }
defaults: ${defaults}
phases:
  - name: p
${fields
  .split("\n")
  .map((line) => `    ${line}`)
  .join("\n")}
`;
}

/** The only phase of the plan. */
export function phaseOf(fields: string, input: Input = {}, defaults = "{}"): PhasePlan {
  const [phase] = plan(withPhase(fields, defaults), input).phases;
  if (phase === undefined) throw new Error("the plan has no phase");
  return phase;
}

/** A plan of one phase of one dataset. */
export function onePhase(fields: string, size = "100MiB"): Plan {
  return plan(`name: x
datasets: { data: { count: 1, size: ${size} } }
phases: [{ name: p, ${fields} }]
`);
}
