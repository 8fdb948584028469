import type { Operation } from "../../model/plan/operation.ts";
import { type Measure, type Relation, unitOfMeasure } from "../../model/plan/threshold.ts";
import {
  parseBytesPerSecond,
  parseDurationNs,
  parseRate,
  type Quantity,
} from "../../model/units.ts";
import { numeric } from "../../yaml/fields.ts";

/** A measure with its name as written. */
export interface NamedMeasure {
  readonly name: string;
  readonly operation: Operation | "all";
  readonly measure: Measure;
  /** Base units per unit of a bare number, if the name contains the unit; otherwise null. */
  readonly scale: number | null;
}

/** The bound of a measure in base units, or the problem with it. */
export function readBound(named: NamedMeasure, relation: Relation, text: string): Quantity {
  const unit = unitOfMeasure(named.measure);
  if (relation === "==" && unit !== "count" && unit !== "share") {
    return {
      problem:
        "`==` is valid for counts only, because measured values are never exactly equal; " +
        "expected `<`, `<=`, `>` or `>=`",
    };
  }
  const parsed = parseValue(named, text);
  if ("problem" in parsed) return parsed;
  return constantBoundProblem(named, relation, text, parsed.value) ?? parsed;
}

function parseValue(named: NamedMeasure, text: string): Quantity {
  if (text === "") return { problem: `the value after \`${named.name}\` is missing` };
  if (named.scale !== null) return parseScaled(named.name, named.scale, text);
  switch (unitOfMeasure(named.measure)) {
    case "ns":
      return parseDurationNs(text);
    case "operations/s":
      return parseRate(text);
    case "bytes/s":
      return parseBytesPerSecond(text);
    case "share":
      return parseShare(text);
    case "count": {
      const value = numeric(text);
      if (value !== null && Number.isInteger(value) && value >= 0) return { value };
      return { problem: `expected a whole number such as \`0\`, got \`${text}\`` };
    }
  }
}

/** A number whose unit is part of the measure's name. */
function parseScaled(name: string, scale: number, text: string): Quantity {
  const value = numeric(text);
  if (value !== null && value >= 0) return { value: value * scale };
  const expected = `expected a number without a unit, such as \`${name} >= 120\``;
  return { problem: `\`${name}\` already contains the unit; ${expected}, got \`${text}\`` };
}

/** Parses a percentage: `0.1%` is 0.001. */
export function parseShare(text: string): Quantity {
  const match = /^([0-9]+(?:\.[0-9]+)?) ?%$/.exec(text);
  const value = Number(match?.[1]);
  if (match !== null) return { value: value / 100 };
  return { problem: `expected a percentage such as \`${numeric(text) ?? 0.1}%\`, got \`${text}\`` };
}

/** Rejects a bound that every run meets or no run can meet, because it checks nothing. */
function constantBoundProblem(
  { measure, name }: NamedMeasure,
  relation: Relation,
  text: string,
  value: number,
): { readonly problem: string } | null {
  const written = `\`${name} ${relation} ${text}\``;
  const isShare = unitOfMeasure(measure) === "share";
  if (isShare && value > 1) return { problem: `expected at most \`100%\`, got \`${text}\`` };
  const never = (value === 0 && relation === "<") || (isShare && value === 1 && relation === ">");
  if (never)
    return {
      problem: `${written} always fails: no value is that ${relation === "<" ? "low" : "high"}`,
    };
  const always =
    (value === 0 && relation === ">=") || (isShare && value === 1 && relation === "<=");
  return always ? { problem: `${written} always passes and checks nothing` } : null;
}
