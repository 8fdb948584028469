/**
 * The language of figures and conditions: a small part of CEL, in which only variables of a target
 * and a phase can be named. Nothing but arithmetic and comparisons is let through. `variables.ts`
 * lists the names.
 */

import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { messageOf } from "../../model/fault/errors.ts";
import { suggestion } from "../../yaml/nearest.ts";
import type { VariableType } from "./variables.ts";

/** Values by the name of a variable; one that is undefined or absent is not known. */
export type Values = Readonly<Record<string, unknown>>;

/** A condition or a figure that was read and found sound. */
export interface Expression {
  readonly text: string;
  /** Names that are used, in order of appearance: `size_gib`, `of.size_tib`. */
  readonly variables: readonly string[];
  /** What the value of each of them must be. */
  readonly types: Readonly<Record<string, VariableType["type"]>>;
  readonly gives: "number" | "flag" | "text";
  /** Of the values of all its variables, under their flat names; throws where one is absent. */
  readonly run: (values: Readonly<Record<string, unknown>>) => unknown;
}

export type Compiled = { readonly expression: Expression } | { readonly problem: string };

/** What an expression comes to, or the variables it cannot do without. */
export type Evaluated =
  | { readonly value: number | boolean | string }
  | { readonly missing: readonly string[] };

/** More than any figure needs; text that is longer was not written as one. */
const MAX_CHARACTERS = 600;
const LIMITS = {
  maxAstNodes: 120,
  maxDepth: 24,
  maxListElements: 40,
  maxMapEntries: 1,
  maxCallArguments: 2,
};
const FUNCTIONS: Readonly<Record<string, readonly [string, (...args: number[]) => number]>> = {
  min: ["min(double, double): double", Math.min],
  max: ["max(double, double): double", Math.max],
  floor: ["floor(double): double", Math.floor],
  ceil: ["ceil(double): double", Math.ceil],
};
const JS_TYPES = { number: "number", flag: "boolean", text: "string" } as const;
const CEL_TYPES = { number: "double", flag: "bool", text: "string" } as const;
const OPERATORS = new Set(["?:", "||", "&&", "!_", "-_", "+", "-", "*", "/", "list"]);
const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);

/**
 * Reads an expression of CEL (Common Expression Language) in which only these variables can be
 * named, and the functions min, max, floor and ceil. All numbers are doubles, `3` as well. Nothing
 * else of the language is let through, so an expression reaches its variables' values and no more.
 */
export function compile(text: string, variables: Readonly<Record<string, VariableType>>): Compiled {
  if (text.length > MAX_CHARACTERS) {
    return { problem: `longer than ${MAX_CHARACTERS} characters, which no figure needs` };
  }
  try {
    const names = new Set<string>();
    // Read as written first, so that what is said of it fits what stands in the file.
    const written = environment({}).parse(text).ast;
    const problem = refuse(written, { variables, names });
    if (problem !== null) return { problem };
    const used = Object.fromEntries([...names].map((name) => [name, kindOf(variables, name)]));
    const run = environment(used).parse(flatten(text));
    const { valid, type = "", error } = run.check();
    if (!valid) return { problem: sentence(error) };
    const gives = Object.entries(CEL_TYPES).find(([, cel]) => cel === type)?.[0];
    if (gives !== "number" && gives !== "flag" && gives !== "text") {
      return { problem: `\`${text}\` gives a ${type}, expected a number or a condition` };
    }
    return { expression: { text, variables: [...names], types: used, gives, run } };
  } catch (error) {
    return { problem: sentence(error) };
  }
}

/**
 * What an expression comes to. A variable whose value is not of its type counts as absent. What
 * does not matter is not asked for: `false && x` is false. `missing` is empty where all is known
 * and no number comes of it, as in a division by zero.
 */
export function evaluate(expression: Expression, values: Values): Evaluated {
  const entries = expression.variables.flatMap((name) => {
    const value = lookUp(values, name);
    const sound = typeof value === JS_TYPES[expression.types[name] ?? "number"];
    return sound && !Number.isNaN(value) ? [[flatName(name), value] as const] : [];
  });
  const known = new Set(entries.map(([name]) => name));
  const missing = expression.variables.filter((name) => !known.has(flatName(name)));
  try {
    const value = expression.run(Object.fromEntries(entries));
    if (typeof value === "number" && !Number.isFinite(value)) return { missing };
    if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") {
      return { value };
    }
    return { missing };
  } catch {
    return { missing };
  }
}

/** `size_gib` in `{ size_gib: 3 }`, `of.size_gib` in `{ of: { size_gib: 3 } }`; own fields only. */
function lookUp(values: unknown, name: string): unknown {
  const [first = "", ...rest] = name.split(".");
  if (typeof values !== "object" || values === null || !Object.hasOwn(values, first)) {
    return undefined;
  }
  const value: unknown = Object.getOwnPropertyDescriptor(values, first)?.value;
  if (rest.length > 0) return lookUp(value, rest.join("."));
  return value;
}

function environment(variables: Readonly<Record<string, VariableType["type"]>>): Environment {
  const made = new Environment({ limits: LIMITS });
  for (const [signature, apply] of Object.values(FUNCTIONS)) {
    made.registerFunction(signature, apply);
  }
  for (const [name, type] of Object.entries(variables)) {
    made.registerVariable(flatName(name), CEL_TYPES[type]);
  }
  return made;
}

function kindOf(variables: Readonly<Record<string, VariableType>>, name: string) {
  return variables[name]?.type ?? "number";
}

/** The language has no maps of many types, so a side's variable gets a name of its own. */
function flatName(name: string): string {
  return name.replace(".", "__");
}

/** `of.size_gib > 3` becomes `of__size_gib > 3.0`; what stands in quotes stays as it is. */
function flatten(text: string): string {
  const token = /"[^"]*"|'[^']*'|\b[A-Za-z_][\w.]*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  return text.replaceAll(token, (found) => {
    if (/^[A-Za-z_]/.test(found)) return flatName(found);
    return /^\d+$/.test(found) ? `${found}.0` : found;
  });
}

interface NameScope {
  readonly variables: Readonly<Record<string, VariableType>>;
  /** Filled on the way. */
  readonly names: Set<string>;
}

/** Why a part of an expression is not let through; null where it is. */
function refuse(node: ASTNode, reading: NameScope): string | null {
  if (node.op === "value") return refuseLiteral(node.args);
  if (node.op === "id" || node.op === ".") {
    const name = nameOf(node);
    if (name === null) return `\`${source(node)}\` cannot be used here, expected a variable`;
    if (!Object.hasOwn(reading.variables, name)) {
      const known = Object.keys(reading.variables);
      const sided = known.includes(`of.${name}`) ? `of.${name}` : null;
      if (sided !== null) return `\`${name}\` is of which side? did you mean \`${sided}\`?`;
      return `\`${name}\` is not a variable here, ${suggestion(name, known)}`;
    }
    reading.names.add(name);
    return null;
  }
  if (node.op === "call") {
    const [name, args] = node.args;
    if (Object.hasOwn(FUNCTIONS, name)) return refuseAny(args, reading);
    return `\`${name}\` is not a function here, ${suggestion(name, Object.keys(FUNCTIONS))}`;
  }
  if (!OPERATORS.has(node.op) && !COMPARISONS.has(node.op)) {
    return `\`${source(node)}\` cannot be used here, expected numbers, texts and variables`;
  }
  const parts = partsOf(node.args);
  const wrong = refuseAny(parts, reading);
  if (wrong !== null || !COMPARISONS.has(node.op)) return wrong;
  return refuseValues(parts, reading);
}

function refuseAny(nodes: readonly ASTNode[], reading: NameScope): string | null {
  for (const node of nodes) {
    const problem = refuse(node, reading);
    if (problem !== null) return problem;
  }
  return null;
}

function refuseLiteral(value: unknown): string | null {
  const sound = ["bigint", "number", "string", "boolean"].includes(typeof value);
  return sound
    ? null
    : "this value cannot be used here, expected a number, a text or true or false";
}

/** A text that its variable can never be: the comparison would never hold. */
function refuseValues(parts: readonly ASTNode[], { variables }: NameScope): string | null {
  const names = parts.map(nameOf).filter((name) => name !== null);
  const texts = parts.flatMap((part) => (part.op === "list" ? part.args : [part]));
  for (const name of names) {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (variable?.type !== "text" || variable.values === null) continue;
    for (const { op, args } of texts) {
      if (op !== "value" || typeof args !== "string" || variable.values.includes(args)) continue;
      return `\`${name}\` is never \`${args}\`, ${suggestion(args, variable.values)}`;
    }
  }
  return null;
}

function partsOf(args: unknown): readonly ASTNode[] {
  const list: readonly unknown[] = Array.isArray(args) ? args : [args];
  return list.filter(isNode);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

function nameOf(node: ASTNode): string | null {
  if (node.op === "id") return node.args;
  if (node.op !== ".") return null;
  const [of, field] = node.args;
  return of.op === "id" ? `${of.args}.${field}` : null;
}

function source(node: ASTNode): string {
  return node.input.slice(node.start, node.end);
}

/** The first line of what the library says, which draws the place below it. */
function sentence(error: unknown): string {
  const [first = ""] = messageOf(error).split("\n");
  const said = first.replaceAll("__", ".").replaceAll("double", "number");
  return `not an expression: ${said.charAt(0).toLowerCase()}${said.slice(1)}`;
}
