import { PreflightError } from "../../model/fault/errors.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { CrewHost } from "./crew.ts";

/**
 * Throws PreflightError if two hosts are one machine and have the same device or path, although
 * each must have its own storage: both would load it, and it would count twice.
 */
export function refuseSameMachine(target: TargetSpec, hosts: readonly CrewHost[]): void {
  const seen = new Map<string, string>();
  for (const { record, name, targetOf } of hosts) {
    const { address } = targetOf(target);
    if (!("path" in address)) continue;
    const key = `${record.machine} ${address.path}`;
    const other = seen.get(key);
    if (other !== undefined) {
      throw new PreflightError(
        `${other} and ${name} are one machine, so both would load ${address.path}; list it once, ` +
          "or give each host its own path in a targets file",
      );
    }
    seen.set(key, name);
  }
}
