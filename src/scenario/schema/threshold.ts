import { OPERATIONS, type Operation } from "../../model/plan/operation.ts";
import {
  type Criterion,
  DISTRIBUTIONS,
  OPEN_LOOP,
  RELATIONS,
  STATISTICS,
  type Threshold,
  worseWhen,
} from "../../model/plan/threshold.ts";
import type { Quantity } from "../../model/units.ts";
import type { Parsed } from "../../yaml/fields.ts";
import { oneOf, suggestion } from "../../yaml/nearest.ts";
import { type NamedMeasure, parseShare, readBound } from "./threshold-bound.ts";

/** A threshold without its position. */
export type WrittenThreshold = Omit<Threshold, "place">;

/** Names of amounts in scenarios; `scale`: base units per unit in the name, or null. */
const AMOUNTS = {
  rate: { of: "rate", scale: null },
  throughput: { of: "throughput", scale: null },
  mb_per_s: { of: "throughput", scale: 1e6 },
  mib_per_s: { of: "throughput", scale: 2 ** 20 },
  errors: { of: "errors", scale: null },
  error_rate: { of: "errorShare", scale: null },
  unfinished: { of: "unfinished", scale: null },
  throttled: { of: "throttled", scale: null },
  late: { of: "late", scale: null },
  dropped: { of: "dropped", scale: null },
  unissued: { of: "unissued", scale: null },
  "backlog.max": { of: "backlog", scale: null },
} as const;

type AmountName = keyof typeof AMOUNTS;

const BASELINE = /^vs\s+baseline\s*:?\s*(.*)$/is;
const EXAMPLE =
  "`service.p99 < 10ms`, `rate > 2900/s`, `errors == 0` or `vs baseline: p99 not slower`";

/** Other notations of relations, and the valid one. */
const RELATION_SYNONYMS: Readonly<Record<string, string>> = {
  "=": "==",
  "===": "==",
  "=<": "<=",
  "=>": ">=",
  "≤": "<=",
  "≥": ">=",
};

/**
 * Reads `service.p99 < 10ms`, `read.rate >= 2900/s`, `vs baseline: p99 not slower than 105%`.
 *
 * - threshold: measure relation value | `vs baseline:` measure `not slower|lower|higher` [`than` %]
 * - measure: [operation `.`] (distribution `.` statistic | statistic | amount)
 *
 * Returns the problem if the text is invalid. YAML reads an unquoted `vs baseline: …` as a mapping
 * with one key, which is accepted too.
 */
export function parseThreshold(input: unknown): Parsed<WrittenThreshold> {
  const written = textOf(input);
  if (written === null) return { problem: `expected a text such as ${EXAMPLE}` };
  const text = written.trim();
  const against = BASELINE.exec(text);
  if (against === null && /^vs\b/i.test(text)) {
    return { problem: `expected a text such as \`vs baseline: p99 not slower\`, got \`${text}\`` };
  }
  const parsed = against === null ? parseBound(text) : parseBaseline(against[1] ?? "");
  if ("problem" in parsed) return parsed;
  const { named, criterion } = parsed.value;
  return { value: { text, operation: named.operation, measure: named.measure, criterion } };
}

/** The text of an entry, also of a mapping with one key; null for other values. */
export function textOf(input: unknown): string | null {
  if (typeof input === "string") return input;
  if (typeof input !== "object" || input === null || Array.isArray(input)) return null;
  const [entry, ...others] = Object.entries(input);
  if (entry === undefined || others.length > 0) return null;
  const [key, value] = entry;
  const inner = textOf(value);
  return inner === null ? null : `${key}: ${inner}`;
}

type ParsedCriterion = Parsed<{ readonly named: NamedMeasure; readonly criterion: Criterion }>;

function parseBound(text: string): ParsedCriterion {
  const match = /^([^<>=!≤≥]*)([<>=!≤≥]+)(.*)$/s.exec(text);
  if (match === null) {
    return { problem: `\`${text}\` has no relation; expected a text such as ${EXAMPLE}` };
  }
  const [, left = "", sign = "", right = ""] = match;
  const relation = RELATIONS.find((known) => known === sign);
  if (relation === undefined) {
    const meant = Object.hasOwn(RELATION_SYNONYMS, sign) ? RELATION_SYNONYMS[sign] : undefined;
    const hint =
      meant === undefined ? `expected ${oneOf(RELATIONS)}` : `did you mean \`${meant}\`?`;
    return { problem: `unknown relation \`${sign}\`; ${hint}` };
  }
  const named = parseMeasure(left.trim());
  if ("problem" in named) return named;
  const bound = readBound(named.value, relation, right.trim());
  if ("problem" in bound) return bound;
  const criterion = { kind: "bound", relation, value: bound.value } as const;
  return { value: { named: named.value, criterion } };
}

function parseBaseline(text: string): ParsedCriterion {
  const match = /^(\S+)\s+not\s+(\S+)(?:\s+than\s+(.+))?$/s.exec(text);
  if (match === null) {
    const expected =
      "expected a text such as `vs baseline: p99 not slower` or " +
      "`vs baseline: rate not lower than 95%`";
    return { problem: `${expected}, got \`${text}\`` };
  }
  const [, left = "", word = "", margin] = match;
  const named = parseMeasure(left);
  if ("problem" in named) return named;
  const { measure, name } = named.value;
  const worse = worseWhen(measure);
  const words = measure.kind === "time" || measure.of === "rate" ? ["slower", worse] : [worse];
  if (!words.includes(word)) {
    const expected = oneOf(words.map((one) => `not ${one}`));
    return { problem: `\`${name}\` is worse if it is ${worse}; expected ${expected}` };
  }
  const share = margin === undefined ? { value: 1 } : parseMargin(margin.trim(), worse);
  if ("problem" in share) return share;
  return { value: { named: named.value, criterion: { kind: "baseline", share: share.value } } };
}

function parseMargin(text: string, worse: "lower" | "higher"): Quantity {
  const share = parseShare(text);
  if ("problem" in share) return share;
  const fits = worse === "lower" ? share.value > 0 && share.value <= 1 : share.value >= 1;
  if (fits) return share;
  const range = worse === "lower" ? "more than 0% and at most 100%" : "at least 100%";
  return { problem: `expected ${range} of the baseline, got \`${text}\`` };
}

function parseMeasure(name: string): Parsed<NamedMeasure> {
  if (name === "") return { problem: `the measure is missing; expected a text such as ${EXAMPLE}` };
  const [head = "", ...rest] = name.split(".");
  const operation = OPERATIONS.find((known) => known === head);
  const inner = operation === undefined ? name : rest.join(".");
  const found = measureOf(inner, operation);
  if ("problem" in found) return found;
  return { value: { ...found.value, name, operation: operation ?? "all" } };
}

function measureOf(
  name: string,
  operation: Operation | undefined,
): Parsed<Pick<NamedMeasure, "measure" | "scale">> {
  if (isAmount(name)) {
    const { of, scale } = AMOUNTS[name];
    if (operation !== undefined && OPEN_LOOP.has(of)) {
      return { problem: `\`${name}\` covers the whole phase; remove \`${operation}.\`` };
    }
    return { value: { measure: { kind: "amount", of }, scale } };
  }
  const [head = "", ...rest] = name.split(".");
  const distribution = DISTRIBUTIONS.find((known) => known === head);
  const last = distribution === undefined ? name : rest.join(".");
  const statistic = STATISTICS.find((known) => known === last);
  if (statistic !== undefined) {
    const of = distribution ?? "latency";
    return { value: { measure: { kind: "time", of, statistic }, scale: null } };
  }
  if (distribution !== undefined || /^p\d/.test(last)) {
    const lead = last === "" ? `\`${name}\` needs a statistic` : `unknown statistic \`${last}\``;
    return { problem: `${lead}; expected ${oneOf(STATISTICS)}` };
  }
  return { problem: unknownMeasure(name, head, operation) };
}

function unknownMeasure(name: string, head: string, operation: Operation | undefined): string {
  const inner = [...DISTRIBUTIONS, ...STATISTICS, ...Object.keys(AMOUNTS)];
  if (operation !== undefined && name === "") {
    return `\`${operation}\` needs a measure; expected a text such as \`${operation}.service.p99\``;
  }
  const known = operation === undefined ? [...inner, ...OPERATIONS] : inner;
  const candidates = name === head ? inner : known;
  const near = suggestion(name === head ? name : head, candidates);
  const few = [...DISTRIBUTIONS.map((one) => `${one}.p99`), ...Object.keys(AMOUNTS)];
  const hint = near.startsWith("expected") ? `expected ${oneOf(few)}` : near;
  return `unknown measure \`${name}\`; ${hint}`;
}

function isAmount(name: string): name is AmountName {
  return Object.hasOwn(AMOUNTS, name);
}

/** Thresholds of each phase if a baseline run is given and no threshold compares with it. */
export const DEFAULT_CHECKS: readonly Threshold[] = [
  "vs baseline: rate not lower",
  "vs baseline: p50 not slower",
  "vs baseline: p99 not slower",
].map((text) => {
  const parsed = parseThreshold(text);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return { ...parsed.value, place: null };
});
