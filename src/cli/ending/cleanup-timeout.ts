import { UsageError } from "../../model/fault/errors.ts";
import { parseDurationNs } from "../../model/units.ts";
import { text } from "../command.ts";

/** The option of every command that removes data. */
export const CLEANUP_TIMEOUT = {
  type: "string",
  nargs: 1,
  describe:
    "longest time for removing data and closing the target, e.g. 5m (default: 60s, and longer " +
    "while files are being removed)",
} as const;

/** What the command line says, milliseconds; null: it does not. */
export function cleanupTimeoutMs(parsed: Readonly<Record<string, unknown>>): number | null {
  const given = text(parsed, "cleanup-timeout");
  if (given === undefined) return null;
  const parsedNs = parseDurationNs(given);
  if ("problem" in parsedNs) throw new UsageError(`--cleanup-timeout: ${parsedNs.problem}`);
  const ms = parsedNs.value / 1e6;
  if (ms >= MIN_MS && ms <= MAX_MS) return ms;
  throw new UsageError(`--cleanup-timeout: expected 1s to 24h, got \`${given}\``);
}

const MIN_MS = 1000;
const MAX_MS = 24 * 3600_000;
