import { expect, test } from "vitest";
import { TestTerminal } from "./terminal.ts";
import { READS, resultOf, viewOn } from "./view.ts";

const WARM = { ...READS, warmupNs: 5e9 };
const interrupted = { state: "partial", reason: "interrupted" } as const;
const lost = { state: "partial", reason: "1 of 1 hosts lost: a before measuring" } as const;
const failed = { state: "failed", reason: "worker 0: EIO" } as const;
const WARM_UP = "the phase ended before its warm-up of 5.0 s was over";

test.each([
  ["interrupted in its warm-up", WARM, { ...interrupted, elapsedNs: 0 }, WARM_UP],
  ["lost in its warm-up", WARM, { ...lost, elapsedNs: 0 }, WARM_UP],
  ["failed in its warm-up", WARM, { ...failed, elapsedNs: 0 }, WARM_UP],
  [
    "interrupted before it began",
    READS,
    { ...interrupted, elapsedNs: 0 },
    "the phase ended before its load began",
  ],
  ["without work", READS, { elapsedNs: 0 }, "no operation was issued"],
  [
    "interrupted while it measured",
    WARM,
    { ...interrupted, elapsedNs: 2.5e9 },
    "no operation completed in 2.5 s",
  ],
  ["of a storage that stalled", WARM, {}, "no operation completed in 10.0 s"],
] as const)("a phase %s has no rate, in a log and on a terminal", (_, phase, ended, why) => {
  const state = "state" in ended ? ` [${ended.state}: ${ended.reason}]` : "";
  const line = `reads: nothing measured: ${why}, 0 errors${state}`;
  const { view, log } = viewOn(null, [phase]);
  view.finished(resultOf(0, { phase, ...ended }));
  expect(log).toEqual([`${line}\n`]);

  const terminal = new TestTerminal(160, 24);
  const block = viewOn(terminal, [phase]);
  block.view.finished(resultOf(0, { phase, ...ended }));
  block.view.measuring(phase, 1, 1);
  block.later(500);
  expect(terminal.shown.at(-1)).toBe(`Done     ${line}`);
});
