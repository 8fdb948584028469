import type { Problem } from "../model/fault/errors.ts";
import type { DatasetPlan } from "../model/plan/dataset.ts";
import type { PhasePlan, Plan } from "../model/plan/plan.ts";
import { suggestion } from "../yaml/nearest.ts";
import { salvage } from "../yaml/problems.ts";
import { locate, type Path, type Position, valueAt, type YamlSource } from "../yaml/yaml.ts";
import { checkPhase } from "./check/check.ts";
import type { Mistake } from "./check/subject.ts";
import { spoilers, withVerifiable } from "./check/verified.ts";
import { planDatasets } from "./plan/datasets.ts";
import { EMPTY_LAYER, type Field, type Layer, layerAt, type Merged } from "./plan/layers.ts";
import { fillPhase, settle } from "./plan/phases.ts";
import { LOAD, type Overridden, rivals, WHAT } from "./plan/set.ts";
import { LoosePhase, LooseScenario, type PhaseText, SettingsSchema } from "./schema/schema.ts";
import { withThresholds } from "./thresholds.ts";

/** More phases than anyone waits for; a matrix of five long lists is a slip. */
const MOST_PHASES = 1000;

/** One combination of a matrix: the fields it sets, and its coordinates as written. */
interface Cell {
  readonly layer: Layer;
  readonly coordinates: Readonly<Record<string, string>>;
}

/**
 * Makes the plan: defaults filled, matrices multiplied out. Where the input has mistakes the plan
 * is not usable, and `problems` says which fields do not go together among those that were read.
 */
export function expand({ source, forced }: Overridden): {
  readonly plan: Plan;
  readonly problems: readonly Problem[];
} {
  const { datasets: _, defaults: __, phases, ...head } = Object(source.value);
  const top = salvage(LooseScenario, head).value ?? {};
  const seed = top.seed ?? 42;
  const { datasets, problems: datasetProblems } = planDatasets(source, seed);
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
  readonly forced: Layer;
  readonly defaults: Layer;
  readonly datasets: ReadonlyMap<string, DatasetPlan | null>;
}

function expandPhase(
  { source, forced, defaults, datasets }: Shared,
  path: Path,
): { readonly phases: readonly PhasePlan[]; readonly problems: readonly Problem[] } {
  const { value, broken } = salvage(LoosePhase, valueAt(source.value, path));
  if (value === null) return { phases: [], problems: [] };
  const { name = "", matrix, ...values } = value;
  const phase: Layer = { ...layerAt(source, path, LoosePhase), values, broken };
  const place = locate(source, path, "key");
  const cells = cellsOf(source, path, matrix, forced);
  const axes = Object.keys(Object(valueAt(source.value, [...path, "matrix"])));
  const lost = broken.has("matrix") ? axes : [];
  if (cells.length > MOST_PHASES) {
    const message = `the matrix makes ${cells.length} phases, expected at most ${MOST_PHASES}`;
    return { phases: [], problems: [{ ...locate(source, [...path, "matrix"], "key"), message }] };
  }
  const problems: Problem[] = collisions(source, path, value);
  const phases = cells.map((cell) => {
    const merged = settle({ forced, axes: cell.layer, phase, defaults });
    const dataset = merged.values.dataset ?? [...datasets.keys()][0] ?? "";
    const planned = fillPhase(nameOf(name, cell.coordinates), merged, dataset, cell.coordinates);
    const strays = checkDataset(merged, datasets);
    const found = strays.length === 0 ? (datasets.get(dataset) ?? null) : null;
    const fieldBroken = (field: Field) =>
      [field, ...rivals(field)].some((one) => merged.broken.has(one) || lost.includes(one)) ||
      (field === "dataset" && found === null);
    const said = (field: Field) => merged.places[field] !== undefined;
    const mistakes = [
      ...strays,
      ...merged.twice.map(saidTwice),
      ...checkPhase(planned, found, said, fieldBroken),
    ];
    problems.push(...mistakes.map((mistake) => placed(mistake, merged, place)));
    return planned;
  });
  return { phases, problems };
}

function placed({ field, message }: Mistake, merged: Merged, phase: Position): Problem {
  const fields = [field, ...rivals(field)];
  const place = fields.map((one) => merged.places[one]).find((found) => found !== undefined);
  return { ...(place ?? phase), message };
}

function saidTwice({ field, other }: Merged["twice"][number]): Mistake {
  const [, what = "end the phase"] = SAID.find(([fields]) => fields.includes(field)) ?? [];
  const message = `\`${other}\` and \`${field}\` both ${what}, expected one of them`;
  return { field, message };
}

const SAID: readonly (readonly [readonly Field[], string])[] = [
  [WHAT, "say what is done"],
  [LOAD, "say what the load is"],
];

function checkDataset(
  merged: Merged,
  datasets: ReadonlyMap<string, DatasetPlan | null>,
): readonly Mistake[] {
  const names = [...datasets.keys()];
  const { dataset } = merged.values;
  if (names.length === 0 || merged.broken.has("dataset")) return [];
  if (dataset === undefined) {
    if (names.length === 1) return [];
    const message = `\`dataset\` is missing, there are \`${names.join("`, `")}\``;
    return [{ field: "dataset", message }];
  }
  if (datasets.has(dataset)) return [];
  const message = `there is no dataset \`${dataset}\`, ${suggestion(dataset, names)}`;
  return [{ field: "dataset", message }];
}

/** Every combination of the matrix, the first list slowest; one empty cell where there is none. */
function cellsOf(
  source: YamlSource,
  path: Path,
  matrix: PhaseText["matrix"],
  forced: Layer,
): readonly Cell[] {
  const written = Object.keys(Object(valueAt(source.value, [...path, "matrix"])));
  const lists = new Map(Object.entries(matrix ?? {}));
  let cells: readonly Cell[] = [{ layer: EMPTY_LAYER, coordinates: {} }];
  for (const axis of written) {
    const values = lists.get(axis);
    const covered = [axis, ...rivals(axis)].some((field) => forced.places[field] !== undefined);
    if (values === undefined || covered) continue;
    cells = cells.flatMap((cell) =>
      values.map((value, index): Cell => {
        const at = [...path, "matrix", axis, index];
        const text = coordinate(valueAt(source.value, at));
        const places = { ...cell.layer.places, [axis]: locate(source, at, "value") };
        return {
          layer: { ...EMPTY_LAYER, values: { ...cell.layer.values, [axis]: value }, places },
          coordinates: { ...cell.coordinates, [axis]: text },
        };
      }),
    );
    if (cells.length > MOST_PHASES) break;
  }
  return cells;
}

/** A matrix value as it reads in a name: `4KiB`, `zipf(theta:1.1)`, `4KiB:70 64KiB:30`. */
function coordinate(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => {
      const text = coordinate(inner);
      return typeof inner === "object" ? `${key}(${text})` : `${key}:${text}`;
    })
    .join(" ");
}

function nameOf(name: string, coordinates: Readonly<Record<string, string>>): string {
  const parts = Object.entries(coordinates).map(([axis, text]) => `${axis}=${text}`);
  return parts.length === 0 ? name : `${name}[${parts.join(",")}]`;
}

function collisions(source: YamlSource, path: Path, phase: PhaseText): Problem[] {
  const problems: Problem[] = [];
  for (const [axis, values = []] of Object.entries(phase.matrix ?? {})) {
    const place = locate(source, [...path, "matrix", axis], "key");
    const rival = [axis, ...rivals(axis)].find((field) => Object.hasOwn(phase, field));
    if (rival !== undefined) {
      const message = `\`${axis}\` in the matrix and \`${rival}\` in the phase say the same thing`;
      problems.push({ ...place, message });
    }
    if (new Set(values.map((value) => JSON.stringify(value))).size < values.length) {
      problems.push({ ...place, message: `\`${axis}\` lists a value twice` });
    }
  }
  return problems;
}

/** Phases that another phase's `verify` rules out, told once however large their matrix. */
function spoiled(
  source: YamlSource,
  expanded: readonly { readonly phases: readonly PhasePlan[] }[],
): readonly Problem[] {
  const found = spoilers(expanded.flatMap((part) => part.phases));
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
    return [
      { ...place, message: `there is another phase \`${name}\`, expected a name of its own` },
    ];
  });
}
