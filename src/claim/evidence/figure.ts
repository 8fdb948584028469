import { type Claim, FIGURE_UNITS } from "../../model/claim/claim.ts";
import type { Verdict } from "../../model/claim/verdict.ts";
import { compile, type Expression, evaluate, type Values } from "../formula/formula.ts";
import { ONE_SIDE, TWO_SIDES } from "../formula/variables.ts";

/** The figure of a claim for one target, in base units. */
export type Figure = NonNullable<Verdict["figure"]>;

/** A claim's figure where these values are known, else the variables that are not declared. */
export function figureOf(
  claim: Claim,
  values: Values,
): { readonly figure: Figure } | { readonly missing: readonly string[] } {
  const scale = FIGURE_UNITS[claim.unit];
  const missing: string[] = [];
  const of = (text: string | null): number | null => {
    if (text === null) return null;
    const found = evaluate(compiled(text), values);
    if ("missing" in found) missing.push(...found.missing);
    return "value" in found && typeof found.value === "number" ? found.value * scale : null;
  };
  const figure = {
    relation: claim.relation,
    value: of(claim.value),
    low: of(claim.low),
    high: of(claim.high),
  };
  const whole = figure.value !== null || (figure.low !== null && figure.high !== null);
  return whole && missing.length === 0 ? { figure } : { missing: [...new Set(missing)] };
}

/** Whether a condition is true; null where that depends on what nobody said. */
export function holds(condition: string, values: Values): boolean | null {
  const found = evaluate(compiled(condition), values);
  return "value" in found ? found.value === true : null;
}

/** Variables that a condition depends on and nobody said. */
export function unsaid(condition: string, values: Values): readonly string[] {
  const found = evaluate(compiled(condition), values);
  return "missing" in found ? found.missing : [];
}

/** A number that an expression comes to; null where that depends on what nobody said. */
export function evaluatedNumber(text: string, values: Values): number | null {
  const found = evaluate(compiled(text), values);
  return "value" in found && typeof found.value === "number" ? found.value : null;
}

const COMPILED = new Map<string, Expression>();

/** The catalogue let no unsound expression through, so one here is a defect. */
function compiled(text: string): Expression {
  const known = COMPILED.get(text);
  if (known !== undefined) return known;
  const found = compile(text, { ...ONE_SIDE, ...TWO_SIDES });
  if ("problem" in found) throw new Error(`claim with an unsound expression: ${found.problem}`);
  COMPILED.set(text, found.expression);
  return found.expression;
}
