import type { Problem } from "../../model/fault/errors.ts";
import type { Env } from "../../yaml/interpolate.ts";
import { nearest, suggestion } from "../../yaml/nearest.ts";
import { type Path, readSource, type Spot, valueAt, type YamlSource } from "../../yaml/yaml.ts";
import { ScenarioSchema } from "../schema/schema.ts";
import { SettingsSchema } from "../schema/settings.ts";
import { exclusiveFields } from "./layers.ts";

/** A scenario's data with `--set` applied. */
export interface Overridden {
  readonly source: YamlSource;
  /** Phase fields without a path (`--set duration=5s`), which override all phases. */
  readonly forced: YamlSource;
}

const FILE = "--set";
const NOTHING = { problems: [], unfilled: [], filled: [] } as const;
const CONTAINERS = ["datasets", "defaults", "phases"];
const FIELDS = Object.keys(SettingsSchema.shape);
const TOP = Object.keys(ScenarioSchema.shape).filter(
  (key) => !CONTAINERS.includes(key) && key !== "env",
);
/** Keys that `--set` takes without a path. */
const KEYS = [...FIELDS, ...TOP];
/** Maximum length of a path; `withValue` is recursive. */
const MAX_STEPS = 16;

/**
 * Applies `key=value` texts in order. Values are read as YAML. Their positions are
 * `--set:<number of the option>:<column>`.
 */
export function applySet(source: YamlSource, settings: readonly string[], env: Env): Overridden {
  let scenario = source;
  let forced: YamlSource = { ...source, file: FILE, value: {}, spots: new Map(), ...NOTHING };
  for (const [index, setting] of settings.entries()) {
    const at = { file: FILE, line: index + 1, column: 1 };
    const equals = setting.indexOf("=");
    if (equals < 1) {
      const message = `expected \`key=value\`, got \`${setting}\``;
      scenario = withProblem(scenario, { ...at, message });
      continue;
    }
    const key = setting.slice(0, equals);
    const value = readAt(setting, equals + 1, index + 1, env, source.declared);
    if (FIELDS.includes(key)) {
      forced = withSetting(forced, [key], value);
      continue;
    }
    const path = resolvePath(scenario.value, key.split("."));
    scenario =
      typeof path === "string"
        ? withProblem(scenario, { ...at, message: path })
        : withSetting(scenario, path, value);
  }
  const problems = [...scenario.problems, ...forced.problems];
  return { source: { ...scenario, problems }, forced };
}

/** Returns the key of `--set` that a name most likely means; null if none is near. */
export function nearestSetting(name: string): string | null {
  return nearest(name, KEYS);
}

/** The path in the data that a key selects, or the problem with the key. */
function resolvePath(scenario: unknown, steps: readonly string[]): Path | string {
  const [head = "", name, ...rest] = steps;
  if (head === "env") return "`env` can be set in the file only; remove this `--set`";
  if (steps.length > MAX_STEPS)
    return `expected a key of at most ${MAX_STEPS} parts, got ${steps.length}`;
  if (steps.length === 1 && TOP.includes(head)) return steps;
  if (head === "defaults" && name !== undefined) return steps;
  if (!CONTAINERS.includes(head)) {
    const known = [...KEYS, ...CONTAINERS];
    return `unknown key \`${steps.join(".")}\`; ${suggestion(head, known)}`;
  }
  if (name === undefined || (head !== "defaults" && rest.length === 0)) {
    const example = { datasets: "datasets.data.size=1GiB", phases: "phases.read.queueDepth=4" };
    const text = Object.entries(example).find(([key]) => key === head)?.[1] ?? "defaults.workers=2";
    return `\`${steps.join(".")}\` is not a single value; expected a key such as \`${text}\``;
  }
  const found = valueAt(scenario, [head]);
  if (head === "datasets") {
    const names = Object.keys(Object(found));
    if (names.includes(name)) return steps;
    return `unknown dataset \`${name}\`; ${suggestion(name, names)}`;
  }
  const names = Array.isArray(found) ? found.map((phase) => valueAt(phase, ["name"])) : [];
  const index = names.indexOf(name);
  if (index !== -1) return [head, index, ...rest];
  const known = names.filter((known) => typeof known === "string");
  return `unknown phase \`${name}\`; ${suggestion(name, known)}`;
}

function readAt(
  setting: string,
  from: number,
  line: number,
  env: Env,
  declared: ReadonlySet<string>,
): YamlSource {
  const read = readSource(FILE, setting.slice(from), env, declared);
  const moved = <T extends { readonly line: number; readonly column: number }>(place: T): T => ({
    ...place,
    line,
    column: place.column + from,
  });
  const spots = [...read.spots].map(([path, spot]): [string, Spot] => [
    path,
    { key: moved(spot.key), value: moved(spot.value) },
  ]);
  return {
    ...read,
    spots: new Map(spots),
    problems: read.problems.map(moved),
    unfilled: read.unfilled.map(moved),
    filled: read.filled.map((one) => ({ ...one, place: moved(one.place) })),
  };
}

function withProblem(source: YamlSource, problem: Problem): YamlSource {
  return { ...source, problems: [...source.problems, problem] };
}

function withSetting(source: YamlSource, path: Path, setting: YamlSource): YamlSource {
  const parent = path.slice(0, -1);
  const field = String(path.at(-1));
  const isPhase = path[0] === "phases" && path.length === 3;
  const isSettings = isPhase || (path[0] === "defaults" && path.length === 2) || path.length === 1;
  let value = source.value;
  if (isSettings)
    for (const other of exclusiveFields(field)) value = without(value, [...parent, other]);
  if (isPhase) {
    for (const axis of [field, ...exclusiveFields(field)])
      value = without(value, [...parent, "matrix", axis]);
    const matrix = valueAt(value, [...parent, "matrix"]);
    const empty = typeof matrix === "object" && Object.keys(Object(matrix)).length === 0;
    if (empty) value = without(value, [...parent, "matrix"]);
  }
  const prefix = JSON.stringify(path).slice(0, -1);
  const kept = [...source.spots].filter(
    ([key]) => key !== `${prefix}]` && !key.startsWith(`${prefix},`),
  );
  const added = [...setting.spots].map(([key, spot]): [string, Spot] => [
    key === "[]" ? `${prefix}]` : `${prefix},${key.slice(1)}`,
    key === "[]" ? { ...spot, key: { ...spot.value, column: 1 } } : spot,
  ]);
  return {
    file: source.file,
    value: withValue(value, path, setting.value),
    spots: new Map([...kept, ...added]),
    problems: [...source.problems, ...setting.problems],
    unfilled: [...source.unfilled, ...setting.unfilled],
    filled: [...source.filled, ...setting.filled],
    declared: source.declared,
  };
}

function withValue(node: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(node)) {
    return node.map((item: unknown, index) =>
      index === step ? withValue(item, rest, value) : item,
    );
  }
  const base = isMapping(node) ? node : {};
  return { ...base, [step]: withValue(valueAt(base, [step]), rest, value) };
}

function without(node: unknown, path: Path): unknown {
  const [step, ...rest] = path;
  if (step === undefined || valueAt(node, path) === undefined) return node;
  if (rest.length > 0) return withValue(node, [step], without(valueAt(node, [step]), rest));
  if (!isMapping(node)) return node;
  return Object.fromEntries(Object.entries(node).filter(([key]) => key !== step));
}

function isMapping(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}
