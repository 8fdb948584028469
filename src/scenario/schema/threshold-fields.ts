import { z } from "zod";
import { field, gotText, type Parsed } from "../../yaml/fields.ts";
import { parseThreshold, textOf, type WrittenThreshold } from "./threshold.ts";

/** YAML reads `vs baseline: …` without quotes as a mapping with one key. */
const ENTRY = {
  anyOf: [
    { type: "string" },
    { type: "object", minProperties: 1, maxProperties: 1, additionalProperties: {} },
  ],
} as const;

const NAMES =
  "Measures: service, response, firstByte and sync with .min .mean .p50 .p90 .p95 .p99 .p99.9 " +
  ".p99.99 .max; rate, throughput, mb_per_s, mib_per_s, errors, error_rate, unfinished, " +
  "throttled, late, dropped, unissued, backlog.max; of one operation: read.service.p99.";

const phaseEntry = field({ ...ENTRY, description: "A threshold." }, parseThreshold);

/** Thresholds of a phase; those in `defaults` are for all phases without thresholds. */
export const PHASE_THRESHOLDS = z.array(phaseEntry).meta({
  description:
    "Thresholds of the phase: `service.p99 < 10ms`, `rate > 2900/s`, `errors == 0`, " +
    "`vs baseline: p99 not slower`. If one fails, the command ends with exit code 99. " +
    `${NAMES} Default: none.`,
  examples: [["service.p99 < 10ms", "errors == 0"]],
});

/** A threshold with the name of its phase. */
export interface AddressedThreshold {
  readonly phase: string;
  readonly threshold: WrittenThreshold;
}

const runEntry = field({ ...ENTRY, description: "A phase and its threshold." }, parseAddressed);

/** Thresholds of a scenario, each with the name of its phase. */
export const RUN_THRESHOLDS = z.array(runEntry).meta({
  description:
    "Thresholds in addition to those of the phases, each with the name of its phase: " +
    "`random-read: errors == 0`. The name may select one combination of a matrix: " +
    "`read[queueDepth=4]: rate > 2900/s`. Default: none.",
  examples: [["read: errors == 0"]],
});

function parseAddressed(input: unknown): Parsed<AddressedThreshold> {
  const text = textOf(input);
  const [phase = "", ...rest] = text?.split(": ") ?? [];
  if (text === null || rest.length === 0) {
    const problem = "expected a phase before the threshold, such as `random-read: errors == 0`";
    return { problem: `${problem}${gotText(text)}` };
  }
  const parsed = parseThreshold(rest.join(": "));
  if ("problem" in parsed) return parsed;
  return { value: { phase: phase.trim(), threshold: parsed.value } };
}
