import { z } from "zod";
import { field, type Parsed } from "../../yaml/fields.ts";
import { parseThreshold, textOf, type WrittenThreshold } from "./threshold.ts";

/** As YAML reads it: `vs baseline: …` without quotes is a mapping of one key. */
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

/** The thresholds of a phase, or of all that have none of their own. */
export const PHASE_THRESHOLDS = z
  .array(phaseEntry)
  .describe(
    "What the phase is held to: `service.p99 < 10ms`, `rate > 2900/s`, `errors == 0`, " +
      `\`vs baseline: p99 not slower\`. A broken one ends the run with exit code 99. ${NAMES}`,
  );

/** A threshold and the phase it is of. */
export interface AddressedThreshold {
  readonly phase: string;
  readonly threshold: WrittenThreshold;
}

const runEntry = field({ ...ENTRY, description: "A phase and its threshold." }, parseAddressed);

/** Thresholds of a scenario, each with its phase. */
export const RUN_THRESHOLDS = z
  .array(runEntry)
  .describe(
    "Thresholds beside those of the phases, each with its phase: `random-read: errors == 0`. A " +
      "phase of a matrix can be named with its values: `read[queueDepth=4]: rate > 2900/s`.",
  );

function parseAddressed(input: unknown): Parsed<AddressedThreshold> {
  const text = textOf(input);
  const [phase = "", ...rest] = text?.split(": ") ?? [];
  if (text === null || rest.length === 0) {
    const found = text === null ? "" : `\`${text}\` names no phase, `;
    return { problem: `${found}expected a phase first, such as \`random-read: errors == 0\`` };
  }
  const parsed = parseThreshold(rest.join(": "));
  if ("problem" in parsed) return parsed;
  return { value: { phase: phase.trim(), threshold: parsed.value } };
}
