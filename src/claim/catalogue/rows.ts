import type { Problem } from "../../model/fault/errors.ts";
import { suggestion } from "../../yaml/nearest.ts";
import { locate, type Path, type Spot, valueAt, type YamlSource } from "../../yaml/yaml.ts";

/**
 * A claim with `for`, a list of rows, stands for as many claims as there are rows: each `{name}` in
 * its texts is the row's value of that name. Places stay those of the claim as it is written.
 */
export function spreadRows(source: YamlSource): YamlSource {
  const claims = valueAt(source.value, ["claims"]);
  if (!Array.isArray(claims)) return source;
  const written: readonly unknown[] = claims;
  const spots = new Map<string, Spot>();
  const problems: Problem[] = [...source.problems];
  const spread: unknown[] = [];
  const bySubtree = spotsOf(source, "claims");
  for (const [index, claim] of written.entries()) {
    const path: Path = ["claims", index];
    for (const row of rowsOf(claim, source, path, problems)) {
      for (const [rest, spot] of bySubtree.get(index) ?? []) {
        spots.set(JSON.stringify(["claims", spread.length, ...rest]), spot);
      }
      const used = new Set<string>();
      spread.push(row === null ? claim : fill(without(claim, "for"), row, used));
      problems.push(...unknownNames(used, row, source, path));
    }
  }
  for (const [key, spot] of source.spots) if (!spots.has(key)) spots.set(key, spot);
  return { ...source, value: { ...Object(source.value), claims: spread }, spots, problems };
}

type Row = Readonly<Record<string, unknown>>;

/** One null for a claim without `for`, which stands for itself. */
function rowsOf(
  claim: unknown,
  source: YamlSource,
  path: Path,
  problems: Problem[],
): readonly (Row | null)[] {
  const rows = valueAt(claim, ["for"]);
  if (rows === undefined) return [null];
  const sound = Array.isArray(rows) ? rows.filter(isRow) : [];
  if (sound.length > 0 && Array.isArray(rows) && sound.length === rows.length) return sound;
  const message = "`for`: expected a list of rows such as `{ type: i3.large, read: 103125 }`";
  problems.push({ ...locate(source, [...path, "for"], "value"), message });
  return [];
}

function isRow(value: unknown): value is Row {
  const values: readonly unknown[] = Object.values(Object(value));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return values.every((one) => typeof one === "string" || typeof one === "number");
}

/** A text that is nothing but `{name}` becomes the row's value itself, a number for instance. */
function fill(value: unknown, row: Row, used: Set<string>): unknown {
  if (typeof value === "string") {
    for (const [, name = ""] of value.matchAll(NAME)) used.add(name);
    const whole = /^\{([a-z_]+)\}$/.exec(value)?.[1];
    if (whole !== undefined && Object.hasOwn(row, whole)) return row[whole];
    return value.replaceAll(NAME, (found, name: string) =>
      Object.hasOwn(row, name) ? String(row[name]) : found,
    );
  }
  if (Array.isArray(value)) return value.map((one) => fill(one, row, used));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, row, used)]));
}

const NAME = /\{([a-z_]+)\}/g;

function unknownNames(
  used: ReadonlySet<string>,
  row: Row | null,
  source: YamlSource,
  path: Path,
): readonly Problem[] {
  const names = Object.keys(row ?? {});
  return [...used]
    .filter((name) => !names.includes(name))
    .map((name) => ({
      ...locate(source, path, "value"),
      message: `\`{${name}}\` is no field of a row, ${suggestion(name, names)}`,
    }));
}

function without(value: unknown, key: string): unknown {
  return Object.fromEntries(Object.entries(Object(value)).filter(([name]) => name !== key));
}

/** Places below each entry of a list, by the entry's index. */
function spotsOf(source: YamlSource, list: string): ReadonlyMap<number, readonly [Path, Spot][]> {
  const found = new Map<number, [Path, Spot][]>();
  for (const [key, spot] of source.spots) {
    const path: unknown = JSON.parse(key);
    if (!Array.isArray(path) || path[0] !== list || typeof path[1] !== "number") continue;
    const rest: Path = path.slice(2);
    const others = found.get(path[1]);
    if (others === undefined) found.set(path[1], [[rest, spot]]);
    else others.push([rest, spot]);
  }
  return found;
}
