/**
 * Makes a plan with all defaults filled from a scenario. `layers.ts` selects the value of a field
 * from `--set`, matrix, phase and defaults. `set.ts` reads `--set`, `matrix.ts` expands matrices,
 * `phases.ts` and `datasets.ts` fill defaults, and `makePlan` here combines them. `check/` has the
 * rules that combine fields of a phase.
 */

import type { Problem } from "../../model/fault/errors.ts";
import type { DatasetPlan } from "../../model/plan/dataset.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
import { oneOf, suggestion } from "../../yaml/nearest.ts";
import { salvage } from "../../yaml/problems.ts";
import { locate, type Path, type Position, valueAt, type YamlSource } from "../../yaml/yaml.ts";
import { checkPhase } from "../check/check.ts";
import type { Mistake } from "../check/subject.ts";
import { damagingPhases, withVerifiable } from "../check/verified.ts";
import { LoosePhase, LooseScenario } from "../schema/schema.ts";
import { type Field, SettingsSchema } from "../schema/settings.ts";
import { planDatasets } from "./datasets.ts";
import { exclusiveFields, layerAt, type MergedSettings, type SettingsLayer } from "./layers.ts";
import { cellsOf, collisions, MAX_PHASES, phaseName } from "./matrix.ts";
import { fillPhase, resolveSettings } from "./phases.ts";
import type { Overridden } from "./set.ts";
import { withThresholds } from "./thresholds.ts";

/**
 * Makes the plan: fills defaults and expands matrices. If `problems` is not empty, the plan is not
 * usable.
 */
export function makePlan({ source, forced }: Overridden): {
  readonly plan: Plan;
  readonly problems: readonly Problem[];
} {
  const { datasets: _, defaults: __, phases, ...head } = Object(source.value);
  const top = salvage(LooseScenario, head).value ?? {};
  const seed = top.seed ?? 42;
  const { datasets, amounts, problems: datasetProblems } = planDatasets(source, seed);
  const shared = {
    source,
    forced: layerAt(forced, [], SettingsSchema),
    defaults: layerAt(source, ["defaults"], SettingsSchema),
    datasets,
  };
  const expanded = (Array.isArray(phases) ? phases : []).map((_phase, index) =>
    expandPhase(shared, ["phases", index]),
  );
  const { phases: planned, problems: thresholdProblems } = withThresholds(
    { source, forced },
    expanded.map((part) => part.phases),
  );
  const plan: Plan = {
    name: top.name ?? "",
    title: top.title ?? top.name ?? "",
    description: (top.description ?? "").trim(),
    guide: top.guide ?? [],
    ...(top.targets === undefined ? {} : { targets: top.targets }),
    seed,
    repetitions: top.repetitions ?? 1,
    intervalNs: top.interval ?? 0,
    datasets: withVerifiable(
      [...datasets.values()].filter((dataset) => dataset !== null),
      planned,
    ),
    ...(amounts.length === 0 ? {} : { autoAmounts: amounts }),
    phases: planned,
  };
  return {
    plan,
    problems: [
      ...datasetProblems,
      ...expanded.flatMap((part) => part.problems),
      ...spoiled(source, expanded),
      ...thresholdProblems,
      ...repeatedNames(source),
    ],
  };
}

interface Shared {
  readonly source: YamlSource;
  readonly forced: SettingsLayer;
  readonly defaults: SettingsLayer;
  readonly datasets: ReadonlyMap<string, DatasetPlan | null>;
}

function expandPhase(
  { source, forced, defaults, datasets }: Shared,
  path: Path,
): { readonly phases: readonly PhasePlan[]; readonly problems: readonly Problem[] } {
  const { value, broken } = salvage(LoosePhase, valueAt(source.value, path));
  if (value === null) return { phases: [], problems: [] };
  const { name = "", matrix, ...values } = value;
  const phase: SettingsLayer = { ...layerAt(source, path, LoosePhase), values, broken };
  const place = locate(source, path, "key");
  const cells = cellsOf(source, path, matrix, forced);
  const axes = Object.keys(Object(valueAt(source.value, [...path, "matrix"])));
  const lost = broken.has("matrix") ? axes : [];
  if (cells.length > MAX_PHASES) {
    const message = `expected a matrix of at most ${MAX_PHASES} phases, got ${cells.length}`;
    return { phases: [], problems: [{ ...locate(source, [...path, "matrix"], "key"), message }] };
  }
  const problems: Problem[] = collisions(source, path, value);
  const phases = cells.map((cell) => {
    const merged = resolveSettings({ forced, axes: cell.layer, phase, defaults });
    const dataset = merged.values.dataset ?? [...datasets.keys()][0] ?? "";
    const planned = fillPhase(phaseName(name, cell.coordinates), merged, dataset, cell.coordinates);
    const datasetMistakes = checkDataset(merged, datasets);
    const found = datasetMistakes.length === 0 ? (datasets.get(dataset) ?? null) : null;
    const fieldBroken = (field: Field) =>
      [field, ...exclusiveFields(field)].some(
        (one) => merged.broken.has(one) || lost.includes(one),
      ) ||
      (field === "dataset" && found === null);
    const isSet = (field: Field) => merged.places[field] !== undefined;
    const mistakes = [
      ...datasetMistakes,
      ...merged.conflicts.map(conflict),
      ...checkPhase(planned, found, isSet, fieldBroken),
    ];
    problems.push(...mistakes.map((mistake) => placed(mistake, merged, place)));
    return { ...planned, place };
  });
  return { phases, problems };
}

function placed({ field, message }: Mistake, merged: MergedSettings, phase: Position): Problem {
  const fields = [field, ...exclusiveFields(field)];
  const place = fields.map((one) => merged.places[one]).find((found) => found !== undefined);
  return { ...(place ?? phase), message };
}

function conflict({ field, other, words }: MergedSettings["conflicts"][number]): Mistake {
  return { field, message: `\`${other}\` and \`${field}\` both ${words}; remove one of them` };
}

function checkDataset(
  merged: MergedSettings,
  datasets: ReadonlyMap<string, DatasetPlan | null>,
): readonly Mistake[] {
  const names = [...datasets.keys()];
  const { dataset } = merged.values;
  if (names.length === 0 || merged.broken.has("dataset")) return [];
  if (dataset === undefined) {
    if (names.length === 1) return [];
    const message = `\`dataset\` is missing; expected ${oneOf(names)}`;
    return [{ field: "dataset", message }];
  }
  if (datasets.has(dataset)) return [];
  const message = `unknown dataset \`${dataset}\`; ${suggestion(dataset, names)}`;
  return [{ field: "dataset", message }];
}

/** Reports phases that conflict with `verify` of another phase, once for each matrix. */
function spoiled(
  source: YamlSource,
  expanded: readonly { readonly phases: readonly PhasePlan[] }[],
): readonly Problem[] {
  const found = damagingPhases(expanded.flatMap((part) => part.phases));
  return expanded.flatMap(({ phases }, index) => {
    const message = found.find(({ phase }) => phases.includes(phase))?.message;
    return message === undefined ? [] : [{ ...locate(source, ["phases", index], "key"), message }];
  });
}

function repeatedNames(source: YamlSource): readonly Problem[] {
  const phases = valueAt(source.value, ["phases"]);
  const names = Array.isArray(phases) ? phases.map((phase) => valueAt(phase, ["name"])) : [];
  return names.flatMap((name, index) => {
    if (typeof name !== "string" || names.indexOf(name) === index) return [];
    const place = locate(source, ["phases", index, "name"], "value");
    return [{ ...place, message: `duplicate phase name \`${name}\`; expected a unique name` }];
  });
}
