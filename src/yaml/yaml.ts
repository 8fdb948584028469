/**
 * Reads YAML text as plain data with the position of every key and value, so that each problem is
 * reported with line and column. Scenarios, targets files, claims and prices use it; their fields
 * are defined elsewhere. Credentials are neither accepted nor shown. Read `readSource` first.
 * `fields.ts` has the field types of schemas, `problems.ts` describes schema violations.
 */

import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node } from "yaml";
import type { Problem } from "../model/fault/errors.ts";
import { aliasesOf, declaredIn, parseYaml } from "./document.ts";
import { explainFault, firstOfTheirKinds, NO_ANCHOR, TOO_MUCH } from "./faults.ts";
import { type Env, type EnvAccess, interpolate, shortened } from "./interpolate.ts";
import { type SecretValue, secretProblem, secretValues } from "./secret-names.ts";

/** Path of a value: keys and list positions from the top. */
export type Path = readonly (string | number)[];

/** A position in a file of the user. Lines and columns start at 1. */
export type Position = Omit<Problem, "message">;

/** A position as a map key. */
export function positionKey({ file, line, column }: Position): string {
  return `${line}:${column}:${file}`;
}

/** Positions where a key and its value start. */
export interface Spot {
  readonly key: Position;
  readonly value: Position;
}

/** Plain data read from YAML, with the position of every key and value. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  readonly spots: ReadonlyMap<string, Spot>;
  readonly problems: readonly Problem[];
  /** Values with a `${VAR}` that could not be filled; further problems there are follow-ups. */
  readonly unfilled: readonly Position[];
  readonly filled: readonly Filled[];
  /** Names of the environment variables that the text may read. */
  readonly declared: ReadonlySet<string>;
}

/** A value filled by the environment, wholly or in part; errors must not show it. */
export interface Filled {
  readonly place: Position;
  /** As written in the file: `${NAME}`. */
  readonly written: string;
  readonly values: readonly string[];
}

/** Far above the needs of any scenario; stops aliases that multiply each other. */
const MAX_NODES = 100_000;
const MAX_DEPTH = 32;
const MAX_KEY = 200;
/** Characters of all paths in total; each path contains the keys above it. */
const MAX_PATHS = 20_000_000;

/**
 * Reads YAML text. References such as `${VAR}` are filled after parsing, so that positions stay
 * correct. All syntax errors are collected; `value` is undefined if the structure is broken. If
 * `declared` is absent, the text's own `env` list names the variables it may read.
 */
export function readSource(
  file: string,
  text: string,
  env: Env,
  declared?: ReadonlySet<string>,
): YamlSource {
  const lines = new LineCounter();
  const document = parseYaml(text, lines);
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document === null) {
    const problems = [{ file, line: 1, column: 1, message: TOO_MUCH }];
    return { file, ...NOTHING, problems, declared: new Set() };
  }
  const faults = firstOfTheirKinds([...document.errors, ...document.warnings]);
  const problems = faults.map((fault) => ({
    ...place(fault.pos[0]),
    message: explainFault(fault, text),
  }));
  const names = declared ?? declaredIn(document);
  if (faults.length > 0) return { file, ...NOTHING, problems, declared: names };
  const walk = new Walk(text, { env, declared: names }, place, aliasesOf(document));
  const value = walk.visit(document.contents, [], place(0), 0);
  return {
    file,
    value: walk.overrun ? undefined : value,
    spots: walk.spots,
    problems: walk.problems,
    unfilled: walk.unfilled,
    filled: walk.filled,
    declared: names,
  };
}

const NOTHING = { value: undefined, spots: new Map<string, Spot>(), unfilled: [], filled: [] };

/** Position of a key or value; if it is absent, position of the key that should contain it. */
export function locate(source: YamlSource, path: Path, part: "key" | "value"): Position {
  const spot = source.spots.get(JSON.stringify(path));
  if (spot !== undefined) return spot[part];
  if (path.length === 0) return { file: source.file, line: 1, column: 1 };
  return locate(source, path.slice(0, -1), "key");
}

/** The value at a path; undefined if absent. */
export function valueAt(value: unknown, path: Path): unknown {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Object.getOwnPropertyDescriptor(at, step)?.value;
  }
  return at;
}

/** Converts the syntax tree to plain data. A class, because it fills several tables in one pass. */
class Walk {
  readonly spots = new Map<string, Spot>();
  readonly problems: Problem[] = [];
  readonly unfilled: Position[] = [];
  readonly filled: Filled[] = [];
  /** Whether a limit was exceeded; the data read until then is incomplete. */
  overrun = false;
  private nodes = 0;
  private paths = 0;
  private readonly text: string;
  private readonly variables: EnvAccess;
  private readonly secrets: readonly SecretValue[];
  private readonly place: (offset: number) => Position;
  private readonly aliases: ReadonlyMap<Node, Node>;

  constructor(
    text: string,
    variables: EnvAccess,
    place: (offset: number) => Position,
    aliases: ReadonlyMap<Node, Node>,
  ) {
    this.text = text;
    this.variables = variables;
    this.secrets = secretValues(variables.env);
    this.place = place;
    this.aliases = aliases;
  }

  visit(node: unknown, path: Path, key: Position, depth: number): unknown {
    const start = startOf(node);
    const value = start === null ? key : this.place(start);
    this.count(path, { key: path.length === 0 ? value : key, value }, depth);
    if (this.overrun) return null;
    if (isAlias(node)) {
      const named = this.aliases.get(node);
      if (named !== undefined) return this.visit(named, path, key, depth + 1);
      this.problems.push({ ...value, message: NO_ANCHOR });
      this.unfilled.push(value);
      return "";
    }
    if (isMap(node)) return this.mapping(node.items, path, depth);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        if (this.overrun) return null;
        const from = startOf(item);
        const place = from === null ? value : this.place(from);
        return this.visit(item, [...path, index], place, depth + 1);
      });
    }
    if (!isScalar(node)) return null;
    return typeof node.value === "string" ? this.scalar(node, node.value, start ?? 0) : node.value;
  }

  private count(path: Path, spot: Spot, depth: number): void {
    const name = JSON.stringify(path);
    this.spots.set(name, spot);
    this.nodes++;
    this.paths += name.length;
    if (this.nodes > MAX_NODES || depth > MAX_DEPTH || this.paths > MAX_PATHS) {
      this.stop(spot.value, TOO_MUCH);
    }
  }

  private stop(place: Position, message: string): void {
    if (!this.overrun) this.problems.push({ ...place, message });
    this.overrun = true;
  }

  private mapping(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    path: Path,
    depth: number,
  ): Record<string, unknown> {
    const names = new Set<string>();
    const entries = items.map((pair): [string, unknown] => {
      if (this.overrun) return ["", null];
      const name = isScalar(pair.key) ? String(pair.key.value) : "?";
      const place = this.place(startOf(pair.key) ?? 0);
      if (name.length > MAX_KEY) {
        this.stop(place, `expected a key of at most ${MAX_KEY} characters, got ${name.length}`);
        return ["", null];
      }
      if (names.has(name)) {
        const message = `duplicate key \`${name}\` in one mapping; remove one of them`;
        this.problems.push({ ...place, message });
      }
      names.add(name);
      return [name, this.visit(pair.value, [...path, name], place, depth + 1)];
    });
    return Object.fromEntries(entries);
  }

  private scalar(node: Node, value: string, start: number): string {
    const { text, problems, values } = interpolate(value, this.variables);
    const place = this.place(start);
    const secret = secretProblem(text, this.secrets);
    if (problems.length > 0 || secret !== null) this.unfilled.push(place);
    if (values.length > 0) this.filled.push({ place, written: shortened(value), values });
    // References are searched in order; an escape hides its reference and all after it.
    const raw = this.text.slice(start, node.range?.[1] ?? start);
    let from = 0;
    for (const { reference, message } of problems) {
      const at = from === -1 ? -1 : raw.indexOf(reference, from);
      this.problems.push({ ...this.place(start + Math.max(0, at)), message });
      from = at === -1 ? -1 : at + reference.length;
    }
    if (secret === null) return text;
    this.problems.push({ ...place, message: secret });
    return "";
  }
}

function startOf(node: unknown): number | null {
  return isNode(node) && node.range != null ? node.range[0] : null;
}
