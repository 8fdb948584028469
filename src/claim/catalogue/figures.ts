import { suggestion } from "../../yaml/nearest.ts";
import { compile, type Expression, evaluate } from "../formula/formula.ts";
import { FACTS, ONE_SIDE, TWO_SIDES, type VariableType } from "../formula/variables.ts";
import type { ClaimFault } from "./checks-sides.ts";
import type { ClaimText } from "./claim-schema.ts";

const FIGURES = ["value", "low", "high"] as const;
type FigureName = (typeof FIGURES)[number];

/** Worked examples are written as published, rounded to four digits or so. */
const ROUNDING = 0.0005;

/**
 * Whether the expressions of a claim can be read, give what they are for, and come to what its
 * examples say.
 */
export function expressionFaults(claim: ClaimText): readonly ClaimFault[] {
  const { over } = claim;
  const figureVariables = over === undefined ? ONE_SIDE : TWO_SIDES;
  const faults: ClaimFault[] = [];
  const read = (
    text: string | undefined,
    path: readonly string[],
    variables: Readonly<Record<string, VariableType>>,
    gives: "number" | "flag",
  ): Expression | null => {
    if (text === undefined) return null;
    const compiled = compile(text, variables);
    if ("problem" in compiled) {
      faults.push({ path, message: compiled.problem });
      return null;
    }
    if (compiled.expression.gives === gives) return compiled.expression;
    const wanted = gives === "number" ? "a number" : "a condition, true or false";
    const found = compiled.expression.gives === "flag" ? "a condition" : compiled.expression.gives;
    faults.push({ path, message: `\`${text}\` gives ${found}, expected ${wanted}` });
    return null;
  };
  const when = read(claim.when, ["when"], over === undefined ? FACTS : TWO_SIDES, "flag");
  read(claim.of.where, ["of", "where"], ONE_SIDE, "flag");
  read(over?.where, ["over", "where"], ONE_SIDE, "flag");
  if (typeof claim.measure !== "string") {
    read(claim.measure.least, ["measure", "least"], ONE_SIDE, "number");
  }
  const figures = new Map<FigureName, Expression>();
  for (const name of FIGURES) {
    const figure = read(claim[name], [name], figureVariables, "number");
    if (figure !== null) figures.set(name, figure);
  }
  return [...faults, ...exampleFaults(claim, figures, when)];
}

function exampleFaults(
  claim: ClaimText,
  figures: ReadonlyMap<FigureName, Expression>,
  when: Expression | null,
): readonly ClaimFault[] {
  const variables = [...new Set([...figures.values()].flatMap((figure) => figure.variables))];
  const { examples = [] } = claim;
  if (variables.length > 0 && examples.length === 0) {
    const message = "a figure with variables needs a worked example under `examples`";
    return [{ path: [[...figures.keys()][0] ?? "value"], message }];
  }
  const known = [...variables, ...(when?.variables ?? [])];
  return examples.flatMap((example, index) => {
    const path = ["examples", index];
    const strange = namesOf(example.given).filter((name) => !known.includes(name));
    const about = when === null ? null : evaluate(when, example.given);
    return [
      ...strange.map((name) => ({
        path: [...path, "given"],
        message: `\`${name}\` is not used by this claim, ${suggestion(name, known)}`,
      })),
      ...(about !== null && "value" in about && about.value === false
        ? [{ path, message: "`when` does not hold for this example, so the claim is not about it" }]
        : []),
      ...FIGURES.flatMap((name) => {
        const message = wrongFigure(name, figures.get(name), example);
        return message === null ? [] : [{ path, message }];
      }),
    ];
  });
}

function wrongFigure(
  name: FigureName,
  figure: Expression | undefined,
  example: NonNullable<ClaimText["examples"]>[number],
): string | null {
  const expected = example[name];
  if (figure === undefined) return null;
  if (expected === undefined) return `\`${name}\` is missing, which the figure has`;
  const found = evaluate(figure, example.given);
  if ("missing" in found) {
    if (found.missing.length === 0) return `\`${figure.text}\` comes to no number here`;
    const names = found.missing.map((one) => `\`${one}\``).join(", ");
    return `\`${figure.text}\` needs ${names} as well`;
  }
  const close = Math.abs(Number(found.value) - expected) <= ROUNDING * Math.abs(expected);
  if (close) return null;
  return `\`${figure.text}\` comes to ${found.value}, expected ${expected}`;
}

/** `size_gib`, or `of.size_gib` of a mapping in the mapping. */
function namesOf(given: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(given).flatMap(([name, value]) =>
    typeof value === "object" && value !== null
      ? Object.keys(value).map((inner) => `${name}.${inner}`)
      : [name],
  );
}
