import type { Problem } from "../../model/fault/errors.ts";
import { locate, type Path, valueAt, type YamlSource } from "../../yaml/yaml.ts";
import type { PhaseText } from "../schema/schema.ts";
import { EMPTY_LAYER, exclusiveFields, type SettingsLayer } from "./layers.ts";

/** Maximum number of phases of one matrix. */
export const MAX_PHASES = 1000;

/** One combination of matrix values: the fields it sets, and their values as written. */
interface MatrixCell {
  readonly layer: SettingsLayer;
  readonly coordinates: Readonly<Record<string, string>>;
}

/** All combinations of a matrix; the last list varies fastest. One empty cell without a matrix. */
export function cellsOf(
  source: YamlSource,
  path: Path,
  matrix: PhaseText["matrix"],
  forced: SettingsLayer,
): readonly MatrixCell[] {
  const written = Object.keys(Object(valueAt(source.value, [...path, "matrix"])));
  const lists = new Map(Object.entries(matrix ?? {}));
  let cells: readonly MatrixCell[] = [{ layer: EMPTY_LAYER, coordinates: {} }];
  for (const axis of written) {
    const values = lists.get(axis);
    const covered = [axis, ...exclusiveFields(axis)].some(
      (field) => forced.places[field] !== undefined,
    );
    if (values === undefined || covered) continue;
    cells = cells.flatMap((cell) =>
      values.map((value, index): MatrixCell => {
        const at = [...path, "matrix", axis, index];
        const text = coordinate(valueAt(source.value, at));
        const places = { ...cell.layer.places, [axis]: locate(source, at, "value") };
        return {
          layer: { ...EMPTY_LAYER, values: { ...cell.layer.values, [axis]: value }, places },
          coordinates: { ...cell.coordinates, [axis]: text },
        };
      }),
    );
    if (cells.length > MAX_PHASES) break;
  }
  return cells;
}

/** A matrix value as part of a phase name: `4KiB`, `zipf(theta:1.1)`, `4KiB:70 64KiB:30`. */
function coordinate(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => {
      const text = coordinate(inner);
      return typeof inner === "object" ? `${key}(${text})` : `${key}:${text}`;
    })
    .join(" ");
}

/** Name of a phase with its matrix values: `read[queueDepth=4,workers=2]`. */
export function phaseName(name: string, coordinates: Readonly<Record<string, string>>): string {
  const parts = Object.entries(coordinates).map(([axis, text]) => `${axis}=${text}`);
  return parts.length === 0 ? name : `${name}[${parts.join(",")}]`;
}

/** Reports fields that both the matrix and the phase set, and duplicate values in a list. */
export function collisions(source: YamlSource, path: Path, phase: PhaseText): Problem[] {
  const problems: Problem[] = [];
  for (const [axis, values = []] of Object.entries(phase.matrix ?? {})) {
    const place = locate(source, [...path, "matrix", axis], "key");
    const other = [axis, ...exclusiveFields(axis)].find((field) => Object.hasOwn(phase, field));
    if (other !== undefined) {
      const message = `\`${axis}\` in the matrix conflicts with \`${other}\` in the phase`;
      problems.push({ ...place, message: `${message}; remove one of them` });
    }
    if (new Set(values.map((value) => JSON.stringify(value))).size < values.length) {
      const message = `duplicate value in \`${axis}\`; expected each value once`;
      problems.push({ ...place, message });
    }
  }
  return problems;
}
