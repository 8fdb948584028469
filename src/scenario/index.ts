/**
 * YAML to plan: a scenario is read, its matrix is multiplied out, every default is filled and every
 * mistake is reported at its line and column. Nothing here touches storage. Read `planScenario`
 * first; `schema/` has the fields as written, `plan/` makes the plan of them, `check/` has the
 * rules of a phase. `targets/` reads where to measure, `preflight/` what cannot be run there.
 */

import { ScenarioError } from "../model/fault/errors.ts";
import type { Plan } from "../model/plan/plan.ts";
import { readText } from "../yaml/file.ts";
import { withoutFilled } from "../yaml/filled.ts";
import type { Env } from "../yaml/interpolate.ts";
import { inOrder, schemaProblems } from "../yaml/problems.ts";
import { readSource, valueAt, type YamlSource } from "../yaml/yaml.ts";
import { makePlan } from "./plan/plan.ts";
import { applySet } from "./plan/set.ts";
import { ScenarioSchema, SettingsSchema } from "./schema/schema.ts";
import { resolveScenario } from "./shipped.ts";

/** What a scenario is loaded with besides its file. */
export interface LoadOptions {
  /** Fills `${VAR}`; usually `process.env`. */
  readonly env: Env;
  /** `key=value` texts of `--set`, in order. */
  readonly set: readonly string[];
}

/**
 * Reads a scenario, by path or shipped name, and makes its plan. Throws ScenarioError with every
 * mistake found, in file order.
 */
export async function loadScenario(nameOrPath: string, options: LoadOptions): Promise<Plan> {
  const path = await resolveScenario(nameOrPath);
  return planScenario(path, await readText(path), options);
}

/** The plan of a scenario's text; `file` is what problems are reported under. */
export function planScenario(file: string, text: string, { env, set }: LoadOptions): Plan {
  const read = readSource(file, text, env);
  const stranger = notScenario(read);
  if (stranger !== null) throw new ScenarioError([{ file, line: 1, column: 1, message: stranger }]);
  if (read.value === undefined) throw new ScenarioError(inOrder(read.problems, file));
  const overridden = applySet(read, set, env);
  const { source, forced } = overridden;
  const { plan, problems } = makePlan(overridden);
  const all = [
    ...source.problems,
    ...schemaProblems(ScenarioSchema, source),
    ...schemaProblems(SettingsSchema, forced),
    ...problems,
  ];
  if (all.length > 0) {
    const filled = [...source.filled, ...forced.filled];
    throw new ScenarioError(inOrder(withoutFilled(all, filled), file));
  }
  return plan;
}

function notScenario({ value, problems }: YamlSource): string | null {
  if (value === undefined) return null;
  if (value === null && problems.length === 0) {
    return "the file is empty, expected a scenario with `name`, `datasets` and `phases`";
  }
  const keys = typeof value === "object" && !Array.isArray(value) ? Object.keys(Object(value)) : [];
  if (keys.includes("phases") || keys.includes("datasets")) return null;
  if (valueAt(value, ["targets"]) !== undefined) {
    return "this is a targets file, not a scenario: it has `targets` where `phases` were expected";
  }
  return "this is not a scenario, expected a mapping with `name`, `datasets` and `phases`";
}
