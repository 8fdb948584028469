import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatBytes, formatLatency } from "../../../src/report/parts/format.ts";
import { NATS_PROGRAM } from "../../../src/testbed/nats/nats.ts";
import { findBinary } from "../../../src/testbed/program/program.ts";
import type { SessionsFigures } from "../hosts/sessions.ts";
import { succeed } from "../runner/child.ts";
import { megabytes, table, verdict } from "../runner/markdown.ts";
import type { Family, Named } from "../runner/runner.ts";
import { median } from "../runner/statistics.ts";

/** Agents that dial a NATS server, all on this machine. */
export interface NatsCell extends Named<"nats"> {
  readonly agents: number;
  /** Processes that simulate them. */
  readonly processes: number;
}

export const NATS_CELLS: readonly NatsCell[] = [
  {
    ...{ kind: "nats", name: "nats-sessions", title: "1,000 agents over NATS" },
    ...{ agents: 1000, processes: 4 },
  },
];

interface NatsResult {
  readonly cell: NatsCell;
  readonly runs: readonly SessionsFigures[];
}

/** Length of the phase; the agents send an interval per second. */
const SECONDS = 5;
const SESSIONS = fileURLToPath(new URL("../hosts/sessions.ts", import.meta.url));

/** A figure of each run with its target; null: only shown. */
interface Row {
  readonly title: string;
  readonly of: (figures: SessionsFigures) => number;
  readonly show: (value: number) => string;
  readonly most: number | null;
}

const most = (values: readonly number[]): number => Math.max(...values);
const ms = (value: number): string => formatLatency(value * 1e6);
const count = (value: number): string => String(value);

const ROWS: readonly Row[] = [
  { title: "join", of: ({ joinMs }) => joinMs, show: ms, most: 3000 },
  { title: "first estimate of all clocks", of: ({ clocksMs }) => clocksMs, show: ms, most: null },
  { title: "ready to start a phase", of: ({ readyMs }) => readyMs, show: ms, most: 2500 },
  clockRow("clock bound, median", median, null),
  clockRow("clock bound, maximum", most, 3e6),
  { title: "clocks outside of it", of: ({ outside }) => outside, show: count, most: 0 },
  { title: "start spread", of: ({ spreadNs }) => spreadNs, show: formatLatency, most: 10e6 },
  { title: "last record to its arrival", of: ({ receivedMs }) => receivedMs, show: ms, most: null },
  { title: "last record to merged result", of: ({ resultMs }) => resultMs, show: ms, most: 1000 },
  { title: "memory", of: ({ peakBytes }) => peakBytes, show: megabytes, most: 300e6 },
  { title: "CPU time to join", of: ({ joinCpuMs }) => joinCpuMs, show: ms, most: null },
  { title: "CPU time per interval", of: ({ phaseCpuMs }) => phaseCpuMs, show: ms, most: null },
  {
    title: "bytes of a host per second, both ways",
    ...{ of: ({ wireBytes }) => wireBytes, show: formatBytes, most: 25e3 },
  },
  {
    title: "memory of the server",
    ...{ of: ({ serverPeakBytes }) => serverPeakBytes, show: megabytes, most: null },
  },
  {
    title: "CPU time of the server, whole run",
    ...{ of: ({ serverCpuMs }) => serverCpuMs, show: ms, most: null },
  },
];

function clockRow(title: string, of: (bounds: readonly number[]) => number, limit: number | null) {
  const value = ({ boundsNs }: SessionsFigures): number => of(boundsNs);
  return { title, of: value, show: formatLatency, most: limit };
}

export const NATS: Family<NatsCell, NatsResult> = {
  async available({ log, signal }) {
    const found = await findBinary(NATS_PROGRAM, process.env, log, signal);
    if (found === null) log("there is no nats-server, and no Go that would build it");
    return found !== null;
  },
  async measure(cell, { options, log, signal, space }) {
    const { agents, processes } = cell;
    // As assay itself, which keeps compiled modules: the coordinator needs less memory to load.
    const program = ["env", `NODE_COMPILE_CACHE=${join(space.root, "cache")}`, process.execPath];
    const order = [agents, processes, SECONDS].map(String);
    const runs: SessionsFigures[] = [];
    for (let run = 0; run < options.runs; run++) {
      const load = (loadavg()[0] ?? 0).toFixed(1);
      const child = await succeed("sessions", [...program, SESSIONS, ...order], signal);
      const figures: SessionsFigures = JSON.parse(child.stdout);
      runs.push(figures);
      const texts = ROWS.map(({ title, of, show }) => `${title} ${show(of(figures))}`);
      log(`${cell.name} ${run + 1}/${options.runs}, load ${load}: ${texts.join(", ")}`);
    }
    return { cell, runs };
  },
  show: (results) => results.map(tableOf),
};

function tableOf({ cell, runs }: NatsResult): string {
  const rows = ROWS.map(({ title, of, show, most: limit }) => {
    const values = runs.map(of);
    const middle = median(values);
    const best = show(Math.min(...values));
    if (limit === null) return [title, show(middle), best, "", ""];
    return [title, show(middle), best, `≤ ${show(limit)}`, verdict(middle <= limit)];
  });
  return table([cell.title, "measured", "best", "target", ""], rows);
}
