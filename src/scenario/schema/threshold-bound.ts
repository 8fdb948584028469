import type { Operation } from "../../model/plan/operation.ts";
import { type Measure, type Relation, unitOfMeasure } from "../../model/plan/threshold.ts";
import {
  parseBytesPerSecond,
  parseDurationNs,
  parseRate,
  type Quantity,
} from "../../model/units.ts";
import { numeric } from "../../yaml/fields.ts";

/** A measure under the name it was written with. */
export interface NamedMeasure {
  readonly name: string;
  readonly operation: Operation | "all";
  readonly measure: Measure;
  /** Base units of a bare number, where the name is the unit; else null. */
  readonly scale: number | null;
}

/** What a measure is compared with, in base units; or one sentence that says what was expected. */
export function readBound(named: NamedMeasure, relation: Relation, text: string): Quantity {
  const unit = unitOfMeasure(named.measure);
  if (relation === "==" && unit !== "count" && unit !== "share") {
    return {
      problem:
        "`==` is for what is counted; of what is measured no two values are equal, expected " +
        "`<`, `<=`, `>` or `>=`",
    };
  }
  const parsed = parseValue(named, text);
  if ("problem" in parsed) return parsed;
  return pointless(named, relation, text, parsed.value) ?? parsed;
}

function parseValue(named: NamedMeasure, text: string): Quantity {
  if (text === "") return { problem: `\`${named.name}\` is compared with nothing` };
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
      return { problem: `\`${text}\` was found, expected a whole number such as \`0\`` };
    }
  }
}

/** A number whose unit is the measure's own name. */
function parseScaled(name: string, scale: number, text: string): Quantity {
  const value = numeric(text);
  if (value !== null && value >= 0) return { value: value * scale };
  const expected = `expected a number without a unit, such as \`${name} >= 120\``;
  return { problem: `\`${text}\` was found, and \`${name}\` is its unit: ${expected}` };
}

/** 0.001 of `0.1%`. */
export function parseShare(text: string): Quantity {
  const match = /^([0-9]+(?:\.[0-9]+)?) ?%$/.exec(text);
  const value = Number(match?.[1]);
  if (match !== null) return { value: value / 100 };
  const bare =
    numeric(text) !== null ? `the bare number ${text} has no unit` : `\`${text}\` was found`;
  return { problem: `${bare}, expected a share such as \`${numeric(text) ?? 0.1}%\`` };
}

/** A bound that no run or every run keeps is a slip, and one that passes for a check. */
function pointless(
  { measure, name }: NamedMeasure,
  relation: Relation,
  text: string,
  value: number,
): { readonly problem: string } | null {
  const written = `\`${name} ${relation} ${text}\``;
  const isShare = unitOfMeasure(measure) === "share";
  if (isShare && value > 1) return { problem: `\`${text}\` was found, expected at most \`100%\`` };
  const never = (value === 0 && relation === "<") || (isShare && value === 1 && relation === ">");
  if (never)
    return {
      problem: `${written} holds in no run: nothing is that ${relation === "<" ? "low" : "high"}`,
    };
  const always =
    (value === 0 && relation === ">=") || (isShare && value === 1 && relation === "<=");
  return always ? { problem: `${written} holds in every run and checks nothing` } : null;
}
