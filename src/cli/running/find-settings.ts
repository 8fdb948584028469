import { ScenarioError, UsageError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import { loadScenario } from "../../scenario/index.ts";
import { parsePrecision, parseRangeEnd } from "../../scenario/schema/find.ts";
import { parseThreshold } from "../../scenario/schema/threshold.ts";

/** Options of `assay find`, as written. */
export interface SearchOptions {
  readonly scenario: string;
  readonly set: readonly string[];
  readonly phase: string | undefined;
  readonly slo: readonly string[];
  readonly by: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly precision: string | undefined;
  readonly repetitions: string | undefined;
  readonly arrivals: string | undefined;
}

/**
 * Returns the given `--set` texts, followed by those that turn one phase of the scenario into a
 * search. Throws UsageError for a phase that cannot be searched, ScenarioError for problems of the
 * scenario itself.
 */
export async function searchSettings(
  options: SearchOptions,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  const { scenario, set, slo, by, from, to, precision, repetitions, arrivals } = options;
  for (const one of slo) check("slo", one, parseThreshold);
  check("from", from, parseRangeEnd);
  check("to", to, parseRangeEnd);
  check("precision", precision, parsePrecision);
  const phase = phaseOf(await loadScenario(scenario, { env, set }), options.phase);
  const find = JSON.stringify({ slo, by, from, to, precision, repetitions, arrivals });
  const settings = [
    ...set,
    // The phase's own thresholds and list of queue depths do not apply to the search.
    `phases.${phase}.thresholds=[]`,
    ...(by === "queueDepth" ? [`phases.${phase}.queueDepth=1`] : []),
    `phases.${phase}.find=${find}`,
  ];
  try {
    await loadScenario(scenario, { env, set: settings });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const own = error.problems.filter(
      ({ file, line }) => file === "--set" && line === settings.length,
    );
    const [first] = own;
    if (first === undefined) throw error;
    throw new UsageError(`phase ${phase} cannot be searched: ${first.message}`);
  }
  return settings;
}

function check(option: string, text: string | undefined, parse: (text: string) => object): void {
  if (text === undefined) return;
  const parsed = parse(text);
  if ("problem" in parsed) throw new UsageError(`--${option}: ${String(parsed.problem)}`);
}

/** Name of the phase in the scenario, without the values of a matrix. */
function phaseOf({ phases }: Plan, wanted: string | undefined): string {
  const names = [...new Set(phases.map(({ name }) => name.split("[", 1)[0] ?? name))];
  const listed = names.map((name) => `\`${name}\``).join(", ");
  const [first = "", ...others] = names;
  if (wanted === undefined) {
    if (others.length === 0) return first;
    throw new UsageError(
      `the scenario has several phases; name the one to search with --phase: ${listed}`,
    );
  }
  if (names.includes(wanted)) return wanted;
  throw new UsageError(`--phase ${wanted}: unknown phase; expected one of ${listed}`);
}
