import { EXIT, machineReason, messageOf, UnsuitedError } from "../../model/fault/errors.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { NotStarted } from "../../report/run/files/junit.ts";
import type { CommandContext } from "../command.ts";
import { type PlannedRun, type Skipped, skipLine } from "./pairs.ts";

/** The part of a command's runs that a run without load adds to. */
interface Command {
  readonly context: CommandContext;
  /** Pairs that were skipped, refused or interrupted so far. */
  readonly unbegun: NotStarted[];
}

const INTERRUPTED = "interrupted before the load of its first phase; nothing is stored";

/**
 * Reports a run that ended before the load of its first phase: one sentence on stderr, and an
 * error in the JUnit report and the step summary. Nothing of it is stored. Returns its exit code.
 *
 * @throws internal errors
 */
export function reportNotStarted(error: unknown, pair: PlannedRun, command: Command): number {
  const { context, unbegun } = command;
  const { console, interrupt } = context;
  const isInterrupted = interrupt.signal.aborted;
  const known = isInterrupted ? INTERRUPTED : machineReason(error);
  const skipped = { ...pair, reason: known ?? `internal error: ${messageOf(error)}` };
  if (!isInterrupted && error instanceof UnsuitedError && pair.isSkippable) {
    console.error(`${skipLine(skipped)}\n`);
    unbegun.push(unbegunOf(skipped));
    return EXIT.ok;
  }
  const refused = refusedOf(skipped);
  unbegun.push(isInterrupted ? { ...refused, state: "interrupted" } : refused);
  const name = pairName(pair);
  if (known === null) throw error;
  console.error(`${name}: ${known}\n`);
  return isInterrupted ? EXIT.interrupted : EXIT.machine;
}

/** Describes a skipped pair for the JUnit report. */
export function unbegunOf({ plan, target, reason }: Skipped): NotStarted {
  return {
    state: "skipped",
    scenario: plan.name,
    target: target.name,
    at: new Date(),
    reason,
  };
}

/** Describes a pair that cannot run for the JUnit report. */
export function refusedOf(refused: Skipped): NotStarted {
  return { ...unbegunOf(refused), state: "refused" };
}
