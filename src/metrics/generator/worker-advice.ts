import type { Warning } from "../../model/run/run.ts";

/** Warnings whose remedy is fewer workers, or whose cause more workers would increase. */
const CROWDING: ReadonlySet<string> = new Set([
  ...["starved", "cpu-throttled", "depth-not-reached", "idle-workers"],
]);

/** Whether more workers would not help, because of other warnings of the same phase. */
export function isCrowded(warnings: readonly Pick<Warning, "code">[]): boolean {
  return warnings.some(({ code }) => CROWDING.has(code));
}

/** Remedies in place of those of a warning's row that name more workers. */
export const WITHOUT_WORKERS: Readonly<Record<string, string>> = {
  "client-bound": "Use a host with more cores.",
  "pacing-error": "Stop other programs, or use a lower rate or a host with more cores.",
};
