import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Series } from "../../../src/model/run/measurement.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import { assayProcess, onlyRun } from "../../cli/assay.ts";
import { makeBench } from "../../cli/bench.ts";
import { readLog } from "../log.ts";

const CLOCK = fileURLToPath(new URL("./clock.ts", import.meta.url));
const DEFAULTS = "operation: read, access: random, blockSize: 4KiB, warmup: 0s, duration: 2s";

interface Virtual {
  readonly behaviour: string;
  readonly phases: readonly string[];
  /** Null: the scenario does not set it. */
  readonly interval?: string | null;
  /** How far the clock moves at a look. */
  readonly lookMs?: number;
  /** Exit code that is expected, 0 unless given; a search without an answer has 4. */
  readonly code?: number;
  /** Whether the load is more than its slots sustain, which a warning says beforehand. */
  readonly isTooMuch?: boolean;
}

/** Phases on a synthetic target while time goes by as the workers look at it. */
export async function virtualRun(asked: Virtual) {
  const { behaviour, phases, interval = "100ms", lookMs, code = 0, isTooMuch } = asked;
  const bench = makeBench();
  const path = bench.scenario(
    "known",
    [
      "name: known",
      ...(interval === null ? [] : [`interval: ${interval}`]),
      "datasets: { data: { count: 4, size: 1MiB } }",
      `defaults: { ${DEFAULTS} }`,
      "phases:",
      ...phases.map((phase, index) => `  - { name: phase-${index}, ${phase} }`),
      "",
    ].join("\n"),
  );
  const args = ["run", path, "-q", "-t", `synthetic:${behaviour}`, "--print", "nothing"];
  const env = lookMs === undefined ? {} : { ASSAY_TEST_LOOK_MS: String(lookMs) };
  const ended = await assayProcess(args, { cwd: bench.cwd, node: ["--import", CLOCK], env });
  expect(ended).toMatchObject({ code, signal: null, stdout: "" });
  const warning = isTooMuch ? /^warning: phase-0: \d+\/s is more than \d+ [^\n]*\n$/ : /^$/;
  if (code === 0) expect(ended.stderr).toMatch(warning);
  const run = onlyRun(bench.results);
  return { run, folder: join(bench.results, run.id) };
}

/** What phases measure of such a target. */
export async function measured(
  behaviour: string,
  phases: readonly string[],
  clock: Pick<Virtual, "lookMs"> = {},
) {
  const { run, folder } = await virtualRun({ behaviour, phases, ...clock });
  return { results: run.phases.map(withAll), folder, slower: slowerIn(folder) };
}

function withAll(result: PhaseResult) {
  const [all] = result.summaries;
  if (all?.latency == null) throw new Error("nothing was measured");
  return { ...result, all, latency: all.latency };
}

/** How many of the first phase's operations took at least so long, by the stored histograms. */
function slowerIn(folder: string) {
  return (metric: Series["metric"], leastNs: number): number => {
    const logged = readLog(folder).get(`phase-0#1/read/${metric}`);
    if (logged === undefined) return 0;
    const { total } = logged;
    let slow = 0;
    for (let rank = 1; rank <= total.totalCount; rank++) {
      const value = total.getValueAtPercentile(((rank - 0.5) * 100) / total.totalCount);
      if (value >= leastNs) slow++;
    }
    return slow;
  };
}
