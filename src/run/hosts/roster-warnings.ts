import type { HostRecord } from "../../model/run/hosts.ts";
import type { Warning } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";
import { namesOf } from "./host-end.ts";

/** A host that is in the list of a run and did not join. */
export interface AbsentHost {
  readonly name: string;
  /** A clause. */
  readonly reason: string;
}

/** Warnings of a run about its hosts, before the first phase. */
export function rosterWarnings(
  hosts: readonly HostRecord[],
  absent: readonly AbsentHost[],
): readonly Warning[] {
  return [...absentWarning(hosts, absent), ...machineWarning(hosts), ...differWarning(hosts)];
}

function absentWarning(
  hosts: readonly HostRecord[],
  absent: readonly AbsentHost[],
): readonly Warning[] {
  if (absent.length === 0) return [];
  const each = absent.map(({ name, reason }) => `${name} (${reason})`);
  const all = hosts.length + absent.length;
  const fact = `${absent.length} of ${all} hosts did not join: ${each.join(", ")}`;
  return [makeWarning("hosts-absent", fact, { value: absent.length, unit: "count" })];
}

function machineWarning(hosts: readonly HostRecord[]): readonly Warning[] {
  const machines = [...Map.groupBy(hosts, ({ machine }) => machine).values()];
  const shared = machines.filter((same) => same.length > 1);
  if (shared.length === 0) return [];
  const each = shared.map((same) => `${namesOf(same)} are processes of one machine`);
  const clients = machines.length === 1 ? "1 client" : `${machines.length} clients`;
  const fact = `The run has ${clients}: ${each.join("; ")}`;
  return [makeWarning("same-machine", fact, { value: machines.length, unit: "count" })];
}

/** Facts that hosts should have in common. */
const COMMON: readonly (readonly [string, (host: HostRecord) => string | null])[] = [
  ["kernel", ({ kernel }) => kernel],
  ["instance type", ({ instanceType }) => instanceType],
  ["Node.js", ({ nodeVersion }) => nodeVersion],
];

function differWarning(hosts: readonly HostRecord[]): readonly Warning[] {
  const found = COMMON.flatMap(([what, of]) => {
    const values = hosts.map((host) => ({ name: host.name, value: of(host) ?? "unknown" }));
    return difference(what, values) ?? [];
  });
  if (found.length === 0) return [];
  return [makeWarning("hosts-differ", `The hosts differ in ${found.join("; ")}`)];
}

/** `kernel: 6.1 (a, b), 6.8 (c)`; null if all are the same. */
export function difference(
  what: string,
  values: readonly { readonly name: string; readonly value: string }[],
): string | null {
  const groups = [...Map.groupBy(values, ({ value }) => value)];
  if (groups.length < 2) return null;
  return `${what}: ${groups.map(([value, same]) => `${value} (${namesOf(same)})`).join(", ")}`;
}
