import type {
  SyntheticBehaviour,
  SyntheticCredits,
  SyntheticLatency,
} from "../../model/target/target.ts";
import { parseBytesPerSecond, parseDurationNs, parseRate } from "../../model/units.ts";
import type { Parsed } from "../../yaml/fields.ts";
import { suggestion } from "../../yaml/nearest.ts";

type Stall = SyntheticBehaviour["stalls"][number];

/** Default latency of an operation of the synthetic engine. */
export const DEFAULT_LATENCY: SyntheticLatency = { kind: "fixed", ns: 1_000_000 };

export const LATENCY_WORDS = "`1ms`, `uniform:1ms:2ms`, `exponential:1ms` or `bimodal:1ms:20ms:1%`";

/** `1ms`, `uniform:<min>:<max>`, `exponential:<mean>` or `bimodal:<fast>:<slow>:<share>`. */
export function parseLatency(text: unknown): Parsed<SyntheticLatency> {
  const expected = `expected a latency such as ${LATENCY_WORDS}`;
  if (typeof text !== "string") return { problem: expected };
  const [kind = "", ...rest] = text.split(":");
  const times = rest.map((part) => numberOf(parseDurationNs(part)));
  const [first, second] = times;
  if (rest.length === 0) {
    const fixed = parseDurationNs(text);
    return "value" in fixed ? { value: { kind: "fixed", ns: fixed.value } } : fixed;
  }
  if (kind === "exponential" && rest.length === 1 && first) {
    return { value: { kind, meanNs: first } };
  }
  if (kind === "uniform" && rest.length === 2 && typeof first === "number" && second) {
    if (first <= second) return { value: { kind, minNs: first, maxNs: second } };
  }
  const share = parseShare(rest[2] ?? "");
  if (kind === "bimodal" && rest.length === 3 && typeof first === "number" && second) {
    if (share !== null) return { value: { kind, fastNs: first, slowNs: second, slowShare: share } };
  }
  return { problem: `${expected}, got \`${text}\`` };
}

/** Parses a stall or a period of failures: `2s@3s` lasts two seconds, from three seconds. */
export function parseStall(text: unknown, what = "stall"): Parsed<Stall> {
  const [length, at, ...more] = typeof text === "string" ? text.split("@") : [];
  const durationNs = numberOf(parseDurationNs(length));
  const atNs = numberOf(parseDurationNs(at));
  if (durationNs && atNs !== null && more.length === 0) return { value: { atNs, durationNs } };
  const got = typeof text === "string" ? `, got \`${text}\`` : "";
  return { problem: `expected a ${what} such as \`2s@3s\` (2 s long, from 3 s)${got}` };
}

/** Parses a period in which every operation fails, written like a stall. */
export function parseFailure(text: unknown): Parsed<Stall> {
  return parseStall(text, "failure period");
}

export const CREDITS_WORDS =
  "`3000/s:100/s:6000` (burst rate, baseline rate, credits in operations)";

/** Parses `<burst>:<baseline>:<operations>`: burst credits that are used up. */
export function parseCredits(text: unknown): Parsed<SyntheticCredits> {
  const got = typeof text === "string" ? `, got \`${text}\`` : "";
  const problem = `expected credits such as ${CREDITS_WORDS}${got}`;
  const [burst, baseline, count = "", ...more] = typeof text === "string" ? text.split(":") : [];
  const burstPerSecond = numberOf(parseRate(burst));
  const baselinePerSecond = numberOf(parseRate(baseline));
  if (!burstPerSecond || !baselinePerSecond || more.length > 0) return { problem };
  if (!/^[0-9]{1,12}$/.test(count) || baselinePerSecond > burstPerSecond) return { problem };
  return { value: { burstPerSecond, baselinePerSecond, operations: Number(count) } };
}

/**
 * Parses `latency=1ms,errorEvery=100,stall=2s@3s,bandwidth=100MiB/s,servers=1`, also with
 * `credits=3000/s:100/s:6000` and `shared=true`. Keys are optional and in any order; `stall` and
 * `fail` can repeat.
 */
export function parseSynthetic(text: string): Parsed<SyntheticBehaviour> {
  let behaviour: SyntheticBehaviour = {
    latency: DEFAULT_LATENCY,
    stalls: [],
    errorEvery: 0,
    bytesPerSecond: 0,
  };
  for (const item of text.split(",").filter((part) => part.trim() !== "")) {
    const equals = item.indexOf("=");
    if (equals === -1) return { problem: `expected \`key=value\`, got \`${item}\`` };
    const read = readItem(item.slice(0, equals).trim(), item.slice(equals + 1).trim(), behaviour);
    if ("problem" in read) return read;
    behaviour = read.value;
  }
  return { value: behaviour };
}

function readItem(key: string, text: string, to: SyntheticBehaviour): Parsed<SyntheticBehaviour> {
  const put = <T>(read: Parsed<T>, merge: (value: T) => SyntheticBehaviour) =>
    "value" in read ? { value: merge(read.value) } : { problem: `\`${key}\`: ${read.problem}` };
  switch (key) {
    case "latency":
      return put(parseLatency(text), (latency) => ({ ...to, latency }));
    case "stall":
      return put(parseStall(text), (stall) => ({ ...to, stalls: [...to.stalls, stall] }));
    case "fail": {
      const failed = to.failures ?? [];
      return put(parseFailure(text), (one) => ({ ...to, failures: [...failed, one] }));
    }
    case "bandwidth":
      return put(parseBytesPerSecond(text), (bytesPerSecond) => ({ ...to, bytesPerSecond }));
    case "credits":
      return put(parseCredits(text), (credits) => ({ ...to, credits }));
    case "shared": {
      if (text === "true" || text === "false") {
        return { value: { ...to, shared: text === "true" } };
      }
      return { problem: `\`shared\`: expected \`true\` or \`false\`, got \`${text}\`` };
    }
    case "servers": {
      if (/^[0-9]{1,4}$/.test(text)) return { value: { ...to, servers: Number(text) } };
      return { problem: `\`servers\`: expected a whole number, got \`${text}\`` };
    }
    case "errorEvery":
    case "hangEvery": {
      if (/^[0-9]{1,9}$/.test(text)) return { value: { ...to, [key]: Number(text) } };
      return { problem: `\`${key}\`: expected a whole number, got \`${text}\`` };
    }
    default: {
      const faults = ["errorEvery", "hangEvery", "stall", "fail"];
      const keys = ["latency", ...faults, "bandwidth", "servers", "credits", "shared"];
      return { problem: `unknown key \`${key}\`; ${suggestion(key, keys)}` };
    }
  }
}

function parseShare(text: string): number | null {
  const match = /^([0-9]+(?:\.[0-9]+)?)(%?)$/.exec(text);
  if (match === null) return null;
  const share = Number(match[1]) / (match[2] === "%" ? 100 : 1);
  return share <= 1 ? share : null;
}

function numberOf(read: Parsed<number>): number | null {
  return "value" in read ? read.value : null;
}
