import { UsageError } from "../../model/fault/errors.ts";
import { matrixSettings } from "../../model/plan/matrix-settings.ts";
import type { HostRecord } from "../../model/run/hosts.ts";
import type { PhaseResult, Run, Warning } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";
import type { StoredRun } from "../store/read.ts";
import { RunStore } from "../store/store.ts";
import { rosterWarnings } from "./roster-warnings.ts";
import { StoredHost } from "./stored-cells.ts";
import { type HostPart, mergePhase, phasesOf } from "./stored-phases.ts";

/** Warnings about the hosts of a run, which the merge has itself. */
const OF_THE_MERGE: ReadonlySet<string> = new Set(["hosts-absent", "same-machine", "hosts-differ"]);

/**
 * Checks that folders belong to the hosts of one run, each once; returns them by rank.
 *
 * @throws UsageError
 */
export function hostParts(stored: readonly StoredRun[]): readonly HostPart[] {
  const parts = stored.map(({ run, folder }): HostPart => {
    const [record, other] = run.hosts ?? [];
    if (record !== undefined && other === undefined) return { record, run, folder };
    const got = record === undefined ? "a run on one host" : "the run of all hosts";
    throw new UsageError(`${folder}: expected the folder of one host of a run, got ${got}`);
  });
  const [first] = parts;
  if (first === undefined) throw new UsageError("expected the folders of the hosts of a run");
  for (const { run, folder } of parts) {
    if (run.id !== first.run.id) {
      throw new UsageError(`${folder}: expected run ${first.run.id}, got ${run.id}`);
    }
    if (run.planHash !== first.run.planHash) {
      throw new UsageError(`${folder}: its plan differs from that of ${first.folder}`);
    }
  }
  const ranked = parts.toSorted((a, b) => a.record.rank - b.record.rank);
  for (const [at, { record, folder }] of ranked.entries()) {
    const before = ranked[at - 1];
    if (before?.record.rank !== record.rank) continue;
    throw new UsageError(`${before.folder} and ${folder} are both of rank ${record.rank}`);
  }
  return ranked;
}

/** A merged run and the folder that it is stored in. */
export interface MergedRun {
  readonly run: Run;
  readonly folder: string;
  /** Ranks whose folders were not given. */
  readonly missing: readonly number[];
}

/**
 * Merges what the hosts of a run stored, with the code that merges what they send, and stores the
 * run. `finish` adds what follows from the phases, such as the outcomes of thresholds. `size`:
 * number of hosts of the run; null: unknown, at least up to the highest rank.
 *
 * @throws UsageError if a file is damaged
 */
export function mergeStored(
  parts: readonly HostPart[],
  resultsFolder: string,
  finish: (run: Run) => Run,
  size: number | null = null,
): MergedRun {
  const [first] = parts;
  if (first === undefined) throw new UsageError("expected the folders of the hosts of a run");
  const { id: runId, plan, target, startedAt } = first.run;
  const hosts = parts.map(({ folder }) => new StoredHost(folder));
  const store = new RunStore(resultsFolder, {
    ...{ runId, startedAtMs: Date.parse(startedAt), settings: matrixSettings(plan.phases) },
    ...{ scenario: plan.name, target: target.name },
  });
  try {
    const all = Math.max(size ?? 0, ...parts.map(({ record }) => record.rank + 1));
    const phases = phasesOf(parts, hosts).map((phase) =>
      mergePhase(phase, parts, hosts, store, all),
    );
    const missing = missingRanks(parts, all);
    const run = finish(mergedRun(parts, phases, missing));
    store.save(run);
    if (store.failure !== null) throw store.failure;
    return { run, folder: store.folder, missing };
  } catch (error) {
    store.discard();
    throw error;
  } finally {
    store.close();
  }
}

function missingRanks(parts: readonly HostPart[], size: number): readonly number[] {
  const ranks = new Set(parts.map(({ record }) => record.rank));
  return Array.from({ length: size }, (_, rank) => rank).filter((rank) => !ranks.has(rank));
}

function mergedRun(
  parts: readonly HostPart[],
  phases: readonly PhaseResult[],
  missing: readonly number[],
): Run {
  const [first] = parts;
  if (first === undefined) throw new Error("a merge has hosts");
  const { hostRuns: _, ...run } = first.run;
  const hosts = parts.map(({ record, run: { state, reason } }) => ({ ...record, state, reason }));
  const ends = parts.flatMap(({ run: { endedAt } }) => endedAt ?? []).sort();
  return {
    ...run,
    ...stateOf(parts, phases, missing),
    endedAt: ends.at(-1) ?? null,
    hosts,
    phases,
    warnings: warningsOf(parts, hosts, missing),
  };
}

function stateOf(
  parts: readonly HostPart[],
  phases: readonly PhaseResult[],
  missing: readonly number[],
): Pick<Run, "state" | "reason"> {
  const failed = phases.find(({ state }) => state === "failed");
  if (failed !== undefined) {
    return { state: "failed", reason: `${failed.phase.name}: ${failed.reason ?? "failed"}` };
  }
  if (missing.length > 0) {
    return { state: "partial", reason: `merged without rank ${missing.join(", ")}` };
  }
  const cut = parts.find(({ run }) => run.state !== "complete");
  if (cut === undefined) return { state: "complete", reason: null };
  const why = cut.run.reason ?? `its state is ${cut.run.state}`;
  return { state: "partial", reason: `${cut.record.name}: ${why}` };
}

function warningsOf(
  parts: readonly HostPart[],
  hosts: readonly HostRecord[],
  missing: readonly number[],
): readonly Warning[] {
  const own = new Map<string, Warning>();
  for (const warning of parts.flatMap(({ run }) => run.warnings)) {
    if (!OF_THE_MERGE.has(warning.code)) own.set(`${warning.code} ${warning.message}`, warning);
  }
  const fact =
    `The folders of ${missing.length} of ${parts.length + missing.length} hosts were not merged: ` +
    `rank ${missing.join(", ")}`;
  const effect = "Their operations are not in the results.";
  const remedy = "Merge again with their folders.";
  const text = { effect, remedy, value: missing.length, unit: "count" } as const;
  const absent = missing.length === 0 ? [] : [makeWarning("hosts-absent", fact, text)];
  return [...absent, ...rosterWarnings(hosts, []), ...own.values()];
}
