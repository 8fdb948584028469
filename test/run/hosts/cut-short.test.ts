import { expect, test } from "vitest";
import type { PhaseHost } from "../../../src/model/run/hosts.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import type { Generator } from "../../../src/run/generator.ts";
import { PhaseRunner } from "../../../src/run/phases.ts";
import type { RunRequest } from "../../../src/run/request.ts";
import type { RunParts } from "../../../src/run/setup.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../../report/fixture.ts";

const READ = phasePlan("read");
const PLAN = plan("reads", [READ]);

/** The end of a run whose only phase ends with this result, after Ctrl-C if `isStopped`. */
function endOf(more: Partial<PhaseResult>, isStopped: boolean) {
  const abort = new AbortController();
  const time: Generator["time"] = async ({ loadStarted }) => {
    loadStarted();
    if (isStopped) abort.abort(new Error("Ctrl-C"));
    const all = summary("all", 100, 4096, 1e6);
    return { result: result(READ, [all], { state: "partial", ...more }), defect: null };
  };
  const events = { finished: () => {} };
  const request = { plan: PLAN, signal: abort.signal, events } as unknown as RunRequest;
  const store = { flush: () => {}, keep: () => {}, failure: null };
  const runner = new PhaseRunner(
    request,
    { time } as Generator,
    { store } as unknown as RunParts,
    run("run-1", VOLUME, PLAN, []),
    () => {},
  );
  return runner.all();
}

const lost = { lostAtNs: 2e9 } as PhaseHost;

test("only Ctrl-C interrupts a run, also after a host was lost", async () => {
  const reason = "1 of 3 hosts lost: b after 2.0 s (connection closed)";
  const interrupted = { state: "partial", reason: "interrupted in phase read, repetition 1" };
  expect(await endOf({ reason: "interrupted", hosts: [lost] }, true)).toMatchObject({
    ...interrupted,
    error: null,
  });
  const ended = await endOf({ reason, hosts: [lost] }, false);
  expect(ended).toMatchObject({ state: "partial", reason: `read: ${reason}` });
  expect(ended.error).toBeInstanceOf(Error);
});

test("a host whose results cannot be stored is no interruption", async () => {
  const reason = "b: its results could not be stored";
  const ended = await endOf({ reason, hosts: [] }, false);
  expect(ended).toMatchObject({ state: "partial", reason: `read: ${reason}` });
  expect(ended.error?.toString()).toContain(reason);
});
