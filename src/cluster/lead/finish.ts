import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import type { Usage } from "../../model/run/cost.ts";
import type { HostScope } from "../../model/run/hosts.ts";
import type { Warning } from "../../model/run/run.ts";
import { CLEANUP_WARNINGS } from "../../run/cleanup.ts";
import type { RunRequest } from "../../run/request.ts";
import type { CutOffWrites, PrepareProgress } from "../../storage/target/target.ts";
import { quoted } from "../carriers/words.ts";
import type { Json } from "../channel.ts";
import { FINISH, parsed } from "../run-calls.ts";
import type { CrewHost } from "./crew.ts";

/** The hosts on which a run is open, by rank, and how its data is removed by hand. */
export interface OpenRun {
  readonly hosts: readonly CrewHost[];
  /** Host that holds the data of a shared target. */
  readonly holder: CrewHost;
  readonly scope: HostScope;
  /** Whether the hosts keep the data. */
  readonly keep: boolean;
  /** Returns a clause on data that may be left on a host, and how to remove it by hand. */
  readonly remedy: (host: CrewHost) => string;
}

/** Warnings about the data, and requests of all hosts. */
export interface Finished {
  readonly warnings: readonly Warning[];
  readonly usage: readonly Usage[];
}

/**
 * Ends a run on its hosts: members close first, then the keeper keeps or removes the data. If the
 * keeper of a shared target is lost, a member takes the data over. Data of a lost host that no
 * other host can remove is a warning.
 */
export async function finishRun(run: OpenRun, progress?: PrepareProgress): Promise<Finished> {
  const warnings: Warning[] = [];
  const usage: Usage[] = [];
  // A defect on one host does not keep the others from cleaning.
  const defects: unknown[] = [];
  // The keeper must wait for writes of the members that may still complete.
  const cutOff = { count: 0, isMost: false };
  const finish = async (host: CrewHost): Promise<void> => {
    try {
      const result = await finishOn(host, { ...cutOff }, run.keep, progress);
      const name = (one: Warning) => ({ ...one, message: `${host.name}: ${one.message}` });
      warnings.push(...result.warnings.map(name));
      usage.push(...result.usage);
      cutOff.count += result.cutOff.count;
      cutOff.isMost ||= result.cutOff.isMost;
    } catch (error) {
      if (!(error instanceof PreflightError)) defects.push(error);
      warnings.push(notRemoved(`${messageOf(error)}; ${run.remedy(host)}`));
    }
  };
  const isShared = run.scope === "shared";
  const living = run.hosts.filter(({ session }) => session.state !== "lost");
  const keeper = isShared ? await keeperOf(run, living) : null;
  await Promise.all(living.filter((host) => host !== keeper).map(finish));
  if (keeper !== null) await finish(keeper);
  for (const host of run.hosts) {
    if (isShared && host !== run.holder) continue;
    if (living.includes(host) || (isShared && keeper !== null)) continue;
    warnings.push(notRemoved(`${host.name} was lost; ${run.remedy(host)}`));
  }
  if (defects.length > 0) throw defects[0];
  return { warnings, usage };
}

/** The keeper of a shared target, or the member that takes its data over; null: none can. */
function keeperOf(run: OpenRun, living: readonly CrewHost[]): Promise<CrewHost | null> {
  return living.includes(run.holder) ? Promise.resolve(run.holder) : heirOf(living);
}

/** The first of some members that takes over the data of a shared target; null: none can. */
export async function heirOf(living: readonly CrewHost[]): Promise<CrewHost | null> {
  for (const heir of living) {
    try {
      await heir.session.call("takeOver", null).result;
      return heir;
    } catch (error) {
      if (!(error instanceof PreflightError)) throw error;
    }
  }
  return null;
}

async function finishOn(
  host: CrewHost,
  cutOff: CutOffWrites & { readonly [field: string]: Json },
  keep: boolean,
  progress?: PrepareProgress,
) {
  const event = (value: Json): void => {
    const { doneBytes, totalBytes } = parsed(FINISH.event, value, host.name);
    progress?.(doneBytes, totalBytes, "");
  };
  return parsed(
    FINISH.result,
    await host.session.call("finish", { keep, cutOff }, { event }).result,
    host.name,
  );
}

/** Clause on data that a run may leave, and how to remove it by hand; a path is that of a host. */
export function remedyOn(
  host: Pick<CrewHost, "name" | "targetOf">,
  { runId, target, remedy }: Pick<RunRequest, "runId" | "target" | "remedy">,
): string {
  const { address } = host.targetOf(target);
  const command = `assay clean ${runId}`;
  if (address.kind !== "path") {
    return remedy?.(runId) ?? `data may be left in the target: \`${command}\` removes it`;
  }
  return (
    `data may be left in the target: \`${command} --target ${quoted(address.path)}\` on ` +
    `${host.name} removes it`
  );
}

/** Messages about data that stays, without the other warnings that a host has of its run. */
export function dataWarnings(warnings: readonly Warning[]): readonly string[] {
  const codes: readonly string[] = Object.values(CLEANUP_WARNINGS);
  return warnings.filter(({ code }) => codes.includes(code)).map(({ message }) => message);
}

function notRemoved(message: string): Warning {
  return { code: CLEANUP_WARNINGS.notRemoved, message };
}
