import type { JoinOptions } from "../../src/cluster/roster.ts";

/** Options of a run with agents of the tests, whose version is 1.2.3. */
export const JOIN: Omit<JoinOptions, "minHosts"> = {
  joinTimeoutMs: 60_000,
  assayVersion: "1.2.3",
  runId: "20260101-000000-test",
  onState: () => {},
  signal: new AbortController().signal,
  ssh: ["ssh"],
  remote: ["assay"],
};
