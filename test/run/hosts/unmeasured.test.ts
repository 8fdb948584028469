import { expect, onTestFinished, test } from "vitest";
import { renderMarkdown } from "../../../src/report/format/markdown.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { executeRun } from "../../../src/run/execute.ts";
import { mergeHosts } from "../../../src/run/hosts/result.ts";
import { plan, run, VOLUME } from "../../report/fixture.ts";
import { scratch } from "../../storage/support.ts";
import { requestOf, resultOf, SILENT, syntheticTarget } from "../support.ts";
import { endOf, factsOf, hostOf, hostRecord, merged, timed } from "./support.ts";

const NOTHING =
  "Nothing was measured: the phase ended before its warm-up of 5.0 s was over. The phase has no " +
  "rate. ";
const RATE = /\b0(\.0+)? (IOPS|ops\/s|MB\/s)|longer (phase|duration)/;
const partial = { state: "partial", reason: "interrupted" } as const;
const lost = { lost: { atNs: 0, reason: "connection closed" }, result: null };

test.each([
  [
    "all hosts are lost",
    [endOf(0, 0, {}, lost), endOf(1, 0, {}, lost)],
    {},
    "Find out why the phase ended early, and run again.",
  ],
  [
    "one host is lost and the other one is interrupted",
    [endOf(0, 0, partial), endOf(1, 0, {}, lost)],
    { interrupted: "interrupted", endedEarly: true },
    "Run the phase to its end.",
  ],
  [
    "one host cannot store its results",
    [endOf(0, 0, partial), endOf(1, 0, { ...partial, reason: "its start was canceled" })],
    {},
    "Find out why the phase ended early, and run again.",
  ],
  [
    "a host fails",
    [endOf(0, 0, {}, { result: null, failure: "worker 0: EIO" }), endOf(1, 0, partial)],
    {},
    "Remove the cause of the failure, and run again.",
  ],
])("a phase in whose warm-up %s has no rate and says why", (_, ends, more, remedy) => {
  const phase = timed(10, { warmupNs: 5e9 });
  const none = hostOf({ intervals: [] });
  const measurement = merged([none, none], [0], { phase });
  onTestFinished(() => measurement.close());
  const result = mergeHosts(measurement, ends, factsOf(phase, more));
  expect(result.elapsedNs).toBe(0);
  const found = result.warnings.filter(({ code }) => code === "nothing-completed");
  expect(found.map(({ message }) => message)).toEqual([NOTHING + remedy]);
  for (const { message } of result.warnings) expect(message).not.toMatch(RATE);
  const { state, reason } = result;
  const hosts = [hostRecord(0), hostRecord(1)];
  const whole = run("run-1", VOLUME, plan("reads", [phase]), [result], { state, reason, hosts });
  const text = renderMarkdown(runReport(whole));
  expect(text).toContain(NOTHING + remedy);
  expect(text).not.toMatch(RATE);
});

test("a phase on one host that is interrupted in its warm-up says the same", async () => {
  const abort = new AbortController();
  const request = requestOf(
    {
      target: syntheticTarget({}),
      engine: "synthetic",
      phases: [{ warmupNs: 5e9, limit: { kind: "duration", durationNs: 5e9 } }],
    },
    scratch(),
  );
  const events = {
    ...SILENT,
    measuring: () => void setTimeout(() => abort.abort(new Error("Ctrl-C")), 200),
  };
  const { result } = resultOf(await executeRun({ ...request, events, signal: abort.signal }));
  expect(result).toMatchObject({ state: "partial", elapsedNs: 0 });
  const messages = result.warnings.map(({ message }) => message);
  expect(messages).toEqual([`${NOTHING}Run the phase to its end.`]);
});
