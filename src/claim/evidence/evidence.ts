/**
 * What stored runs measured, as a claim sees it: the repetitions of one phase on one target, made
 * alike. `select.ts` finds those that a claim is about, `measure.ts` reads its measure with an
 * interval, `alike.ts` says in what two of them differ. Whether they can be trusted is not asked
 * here.
 */

import { storageIds, surroundingsOf } from "../../metrics/difference/surroundings.ts";
import type { Claim } from "../../model/claim/claim.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import type { StorageKnowledge } from "../../model/target/knowledge.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { clientsIn, type HostView, knowledgeOf, viewsOf } from "./hosts.ts";
import { type Touch, TouchHistory } from "./touch-history.ts";

/** One repetition of a phase, and what preceded it. */
export interface Repetition {
  readonly run: Run;
  readonly result: PhaseResult;
  readonly touch: Touch;
  /** Name of the host, if it is one of several clients. */
  readonly host?: string;
}

/** Everything that stored runs of one plan measured on one target in one phase. */
export interface Evidence {
  readonly target: TargetSpec;
  readonly knowledge: StorageKnowledge;
  readonly phase: PhasePlan;
  /** Of the plan; runs of another one are not repetitions of this one. */
  readonly planHash: string;
  /** Ids of the volumes or the file system below; null: unknown. */
  readonly storageIds: string | null;
  /** What was provisioned, the host and its software: equal where runs were made alike. */
  readonly surroundings: string;
  readonly repetitions: readonly Repetition[];
  /** Clients that loaded the storage concurrently and to the end, in each repetition. */
  readonly clients: number;
  /** Processes whose load this is: workers and queue depth of the plan are those of each. */
  readonly processes: number;
  /** Set for one of several clients: its machine. Absent: all clients together. */
  readonly client?: string;
  /** Facts of each client's instance; absent with one client. */
  readonly instances?: readonly StorageKnowledge["instance"][];
  /** Plan of a phase that is not measured yet, without repetitions; absent for stored runs. */
  readonly planned?: Plan;
}

/**
 * What runs have to say, phase by phase: repetitions of one plan on one target, from one host and
 * with the same software, belong together, whichever run they are in. Points of a search are left
 * out: their load was chosen by what was measured. In order of time. Of a run on several hosts, the
 * scope of a claim decides: `client`, each client for itself; `system`, those together that share
 * the storage.
 */
export function evidenceOf(
  runs: readonly Run[],
  scope: Claim["scope"] = "system",
): readonly Evidence[] {
  const found = new Map<string, Evidence>();
  const history = new TouchHistory();
  for (const run of [...runs].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))) {
    const touches = run.phases.map((result) =>
      result.pointOf === undefined ? history.touch(run, result) : "first",
    );
    for (const view of viewsOf(run, scope)) addView(found, view, { run, touches });
  }
  return [...found.values()];
}

/** The phases of a run, and whether their data was accessed before. */
interface Touched {
  readonly run: Run;
  readonly touches: readonly Touch[];
}

function addView(found: Map<string, Evidence>, view: HostView, { run, touches }: Touched): void {
  const surroundings = JSON.stringify([surroundingsOf(view.run), view.machine ?? ""]);
  for (const { result, whole, processes } of view.phases) {
    if (result.pointOf !== undefined) continue;
    const clients = clientsIn(run, whole);
    const names = [run.planHash, result.phase.name, result.engine, clients, processes];
    const key = JSON.stringify([...names, surroundings]);
    const known = found.get(key);
    const touch = touches[run.phases.indexOf(whole)] ?? "first";
    const host = view.host === null ? {} : { host: view.host };
    const repetition = { run: view.run, result, touch, ...host };
    found.set(key, {
      target: known?.target ?? view.run.target,
      knowledge: knowledgeOf(view.run),
      phase: result.phase,
      planHash: run.planHash,
      storageIds: storageIds(view.run),
      surroundings,
      repetitions: [...(known?.repetitions ?? []), repetition],
      clients,
      processes,
      ...(view.machine === null ? {} : { client: view.machine }),
      ...(view.instances === null ? {} : { instances: view.instances }),
    });
  }
}

/**
 * Runs that start this long after the one before was done measuring are separate. Storage keeps its
 * placement and its neighbors for minutes, so that what is measured sooner shares them.
 */
const APART_MS = 3600e3;

/**
 * Groups repetitions into separate runs, in order of time: one begins where nothing was measured
 * for an hour. The repetitions of one run are always together.
 */
export function separateRuns<One extends { readonly repetition: Pick<Repetition, "run"> }>(
  all: readonly One[],
): readonly (readonly One[])[] {
  const start = ({ repetition }: One): number => Date.parse(repetition.run.startedAt);
  const groups: One[][] = [];
  let busyUntil = Number.NEGATIVE_INFINITY;
  for (const one of [...all].sort((a, b) => start(a) - start(b))) {
    const group = groups.at(-1);
    if (group === undefined || start(one) - busyUntil >= APART_MS) groups.push([one]);
    else group.push(one);
    const { phases } = one.repetition.run;
    const lastedNs = phases.reduce((sum, { elapsedNs }) => sum + elapsedNs, 0);
    busyUntil = Math.max(busyUntil, start(one) + lastedNs / 1e6);
  }
  return groups;
}
