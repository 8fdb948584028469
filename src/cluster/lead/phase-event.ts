import type { z } from "zod";
import { isList, type Json } from "../channel.ts";
import { MAX_CELLS, PHASE, parsed } from "../run-calls.ts";

/** A report of a host while it executes a phase. */
export type PhaseEvent =
  | Exclude<z.output<typeof PHASE.event>, { readonly kind: "cells" }>
  | { readonly kind: "cells"; readonly cells: readonly unknown[] };

/**
 * Parses a report of a host. Intervals, which are nearly all of them, without the schema: they are
 * checked where they are unpacked.
 * @throws PreflightError that names the field
 */
export function phaseEvent(value: Json, from: string): PhaseEvent {
  if (typeof value === "object" && value !== null && !isList(value)) {
    const { kind, cells = null } = value;
    if (kind === "cells" && isList(cells) && cells.length <= MAX_CELLS) return { kind, cells };
  }
  return parsed(PHASE.event, value, from);
}
