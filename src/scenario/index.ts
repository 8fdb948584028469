/**
 * Reads a scenario file and makes its plan: expands matrices, fills all defaults and reports all
 * invalid input with line and column. Nothing here accesses storage. Read `planScenario` first.
 * `schema/` has the fields of a file, `plan/` makes the plan and `check/` has the rules of a phase.
 * `targets/` reads targets, `fit/` chooses sizes for a target, and `preflight/` finds what cannot
 * run on a target or host.
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
import { ScenarioSchema } from "./schema/schema.ts";
import { SettingsSchema } from "./schema/settings.ts";
import { resolveScenario } from "./shipped.ts";

/** Inputs of a plan in addition to the scenario file. */
export interface LoadOptions {
  /** Values for `${VAR}`, usually `process.env`. */
  readonly env: Env;
  /** `key=value` texts of `--set`, in order. */
  readonly set: readonly string[];
}

/**
 * Reads a scenario by path or shipped name, and makes its plan.
 *
 * @throws ScenarioError with all problems, in file order.
 */
export async function loadScenario(nameOrPath: string, options: LoadOptions): Promise<Plan> {
  const path = await resolveScenario(nameOrPath);
  return planScenario(path, await readText(path), options);
}

/** Makes the plan of a scenario's text; `file` is the file name in problems. */
export function planScenario(file: string, text: string, { env, set }: LoadOptions): Plan {
  const read = readSource(file, text, env);
  const message = notScenario(read);
  if (message !== null) throw new ScenarioError([{ file, line: 1, column: 1, message }]);
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

/** Error for a file that is not a scenario; null if it may be one. */
function notScenario({ value, problems }: YamlSource): string | null {
  if (value === undefined) return null;
  const expected = "expected a scenario with `name`, `datasets` and `phases`";
  if (value === null && problems.length === 0) return `the file is empty; ${expected}`;
  const keys = typeof value === "object" && !Array.isArray(value) ? Object.keys(Object(value)) : [];
  if (keys.includes("phases") || keys.includes("datasets")) return null;
  if (valueAt(value, ["targets"]) !== undefined) {
    return `${expected}, got a targets file; pass it with \`--targets\``;
  }
  return `this is not a scenario; ${expected}`;
}
