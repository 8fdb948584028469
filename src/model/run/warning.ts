import type { WarningRow } from "../warnings/warning-row.ts";
import type { Warning, WarningEvent } from "./run.ts";
import { WARNING_ROWS, type WarningCode } from "./warning-rows.ts";

/** The row of a warning's code; null for a code of another version. */
export function warningRow(code: string): WarningRow | null {
  return Object.entries(WARNING_ROWS).find(([known]) => known === code)?.[1] ?? null;
}

/** Number of a warning, and sentences that replace those of its row. */
interface WarningText {
  readonly value?: number;
  readonly unit?: WarningEvent["unit"];
  readonly effect?: string;
  readonly remedy?: string;
}

/**
 * A warning whose message states a fact, the effect and the remedy. `fact` is a sentence without
 * its full stop; `value` is its number, to summarize the warning over several phases.
 */
export function makeWarning(code: WarningCode, fact: string, text: WarningText = {}): Warning {
  const { event, effect, remedy } = WARNING_ROWS[code];
  const message = [`${fact}.`, text.effect ?? effect, text.remedy ?? remedy].join(" ");
  const { value, unit } = text;
  const known: WarningEvent = {
    name: event,
    ...(value === undefined ? {} : { value }),
    ...(unit === undefined ? {} : { unit }),
  };
  return { code, message, event: known };
}

/** A warning whose message comes from elsewhere, in full sentences. */
export function givenWarning(code: WarningCode, message: string): Warning {
  return { code, message, event: { name: WARNING_ROWS[code].event } };
}
