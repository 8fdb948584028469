import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from "yaml";
import type { Problem } from "../model/errors.ts";
import { type Env, interpolate } from "./interpolate.ts";

/** Where a value stands in what was read: keys and list positions from the top. */
export type Path = readonly (string | number)[];

/** A place in a file the user wrote. Lines and columns count from 1. */
export type Place = Omit<Problem, "message">;

type Fault = Pick<YAMLError, "code" | "message" | "pos">;

/** Where a key and its value begin. */
export interface Spot {
  readonly key: Place;
  readonly value: Place;
}

/** Plain data read from YAML, with the place of every key and value. */
export interface Source {
  readonly file: string;
  readonly value: unknown;
  readonly spots: ReadonlyMap<string, Spot>;
  readonly problems: readonly Problem[];
  /** Values with a `${VAR}` that could not be filled: what else is wrong with them is an echo. */
  readonly unfilled: readonly Place[];
}

/** More than any scenario needs, and an end to aliases that multiply each other. */
const MAX_NODES = 100_000;
const MAX_DEPTH = 32;
const TOO_MUCH = "nested deeper or longer than any scenario needs";

/**
 * Reads YAML text. Values of `${VAR}` are filled in after parsing, so that places stay true. All
 * syntax errors are collected; where the structure is broken, `value` is undefined.
 */
export function readSource(file: string, text: string, env: Env): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    keepSourceTokens: true,
    prettyErrors: false,
    logLevel: "error",
  });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = [...document.errors, ...document.warnings];
  const problems = faults.filter(isFirstOfItsKind).map((fault) => ({
    ...place(fault.pos[0]),
    message: explainFault(fault, text),
  }));
  const spots = new Map<string, Spot>();
  if (faults.some((fault) => fault.code !== "DUPLICATE_KEY")) {
    return { file, value: undefined, spots, problems, unfilled: [] };
  }
  const walk = new Walk(text, env, place, (alias) => alias.resolve(document) ?? null);
  const value = walk.visit(document.contents, [], place(0), 0);
  return {
    file,
    value: walk.overrun ? undefined : value,
    spots: walk.spots,
    problems: [...problems, ...walk.problems],
    unfilled: walk.unfilled,
  };
}

/** The place of a key or value; where it is absent, the key of what it is missing from. */
export function locate(source: Source, path: Path, part: "key" | "value"): Place {
  const spot = source.spots.get(JSON.stringify(path));
  if (spot !== undefined) return spot[part];
  if (path.length === 0) return { file: source.file, line: 1, column: 1 };
  return locate(source, path.slice(0, -1), "key");
}

/** Where the parser runs out of stack: it calls itself for each level. */
const OVERFLOW = "RESOURCE_EXHAUSTION";
const ONCE: ReadonlySet<string> = new Set(["UNEXPECTED_TOKEN", OVERFLOW]);

/** After one of some faults, or at one place, the parser's further complaints are echoes. */
function isFirstOfItsKind(fault: Fault, index: number, all: readonly Fault[]): boolean {
  const same = (other: Fault) =>
    (other.code === fault.code && ONCE.has(fault.code)) || other.pos[0] === fault.pos[0];
  return all.findIndex(same) === index;
}

function explainFault({ code, message, pos }: Fault, text: string): string {
  if (code === "DUPLICATE_KEY") {
    const key = /^[^:\n]*/.exec(text.slice(pos[0]))?.[0].trim() ?? "";
    return `the key \`${key}\` is there twice in one mapping`;
  }
  if (code === "MULTIPLE_DOCS") return "a second YAML document begins here, expected only one";
  if (code === OVERFLOW) return TOO_MUCH;
  const before = text.slice(text.lastIndexOf("\n", pos[0] - 1) + 1, pos[0]);
  const unquoted = /[{,[][^"']*\$$/.test(before);
  const hint = unquoted ? `; inside { } or [ ] put it in quotes: "\${NAME:-default}"` : "";
  // The parser quotes what it stumbled over, which may be a secret; the place says enough.
  return `not valid YAML: ${message.replace(/:? ?".*"/s, "")}${hint}`;
}

/** Turns the syntax tree into plain data. A class because it fills several tables on its way. */
class Walk {
  readonly spots = new Map<string, Spot>();
  readonly problems: Problem[] = [];
  readonly unfilled: Place[] = [];
  /** Set when there is too much; what was read until then is not whole. */
  overrun = false;
  private nodes = 0;
  private readonly text: string;
  private readonly env: Env;
  private readonly place: (offset: number) => Place;
  private readonly resolve: (alias: Extract<Node, { source: string }>) => Node | null;

  constructor(
    text: string,
    env: Env,
    place: (offset: number) => Place,
    resolve: (alias: Extract<Node, { source: string }>) => Node | null,
  ) {
    this.text = text;
    this.env = env;
    this.place = place;
    this.resolve = resolve;
  }

  visit(node: unknown, path: Path, key: Place, depth: number): unknown {
    const start = startOf(node);
    const value = start === null ? key : this.place(start);
    this.spots.set(JSON.stringify(path), { key: path.length === 0 ? value : key, value });
    this.nodes++;
    if (this.nodes > MAX_NODES || depth > MAX_DEPTH) {
      if (!this.overrun) this.problems.push({ ...value, message: TOO_MUCH });
      this.overrun = true;
    }
    if (this.overrun) return null;
    if (isAlias(node)) return this.visit(this.resolve(node), path, key, depth + 1);
    if (isMap(node)) return this.mapping(node.items, path, depth);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const from = startOf(item);
        return this.visit(
          item,
          [...path, index],
          from === null ? value : this.place(from),
          depth + 1,
        );
      });
    }
    if (!isScalar(node)) return null;
    return typeof node.value === "string" ? this.scalar(node.value, start ?? 0) : node.value;
  }

  private mapping(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    path: Path,
    depth: number,
  ): Record<string, unknown> {
    const entries = items.map((pair): [string, unknown] => {
      const name = isScalar(pair.key) ? String(pair.key.value) : "?";
      const place = this.place(startOf(pair.key) ?? 0);
      return [name, this.visit(pair.value, [...path, name], place, depth + 1)];
    });
    return Object.fromEntries(entries);
  }

  private scalar(value: string, start: number): string {
    const filled = interpolate(value, this.env);
    if (filled.problems.length > 0) this.unfilled.push(this.place(start));
    for (const problem of filled.problems) {
      const reference = value.slice(problem.index).split("}", 1)[0] ?? "";
      const at = this.text.indexOf(reference, start);
      this.problems.push({ ...this.place(at === -1 ? start : at), message: problem.message });
    }
    return filled.text;
  }
}

function startOf(node: unknown): number | null {
  if (typeof node !== "object" || node === null || !("range" in node)) return null;
  const range: unknown = node.range;
  if (!Array.isArray(range)) return null;
  const first: unknown = range[0];
  return typeof first === "number" ? first : null;
}
