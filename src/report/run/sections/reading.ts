import type { Run } from "../../../model/run/run.ts";
import { code, list, paragraph, type Text } from "../../parts/document.ts";
import type { Section } from "../../report.ts";
import { rateTitle } from "../words/phase.ts";

/** Definitions of the terms and units of the results. */
export function readingSection(run: Run): Section {
  const isOpen = run.phases.some(({ openLoop }) => openLoop !== undefined);
  const latencies = isOpen
    ? "service p50 to max: service time of an operation"
    : "p50, p99, p99.9, max: latency of an operation";
  const items: Text[] = [
    [
      `${rateTitle(run)}: operations completed without error per second of the phase; with `,
      ...[code("warmup: auto"), " or ", code("until: steady"), ", of its reported part."],
    ],
    "MB/s: 10^6 bytes per second. Sizes are in KiB, MiB and GiB (powers of 1024): 1 MiB/s is " +
      "1.049 MB/s.",
    `${latencies}, from issue to completion; 99% of operations took at most the p99. Percentiles ` +
      "come from the merged histograms of all workers and are never averaged.",
    "–: no value.",
  ];
  if (run.plan.repetitions > 1) {
    items.push(
      "median: the repetition with the median rate, shown again (of an even number, the slower " +
        "of the two in the middle). No row combines numbers of several repetitions.",
    );
  }
  return { title: "Definitions", blocks: [list(items)], isDetail: true };
}

/** Phases of a host's own run have no list of hosts. */
const HOST_RUNS: Text = [
  code("hosts/"),
  ": a run directory of each host, with its own results; ",
  code("assay report"),
  " reads each of them. A run that ",
  code("assay merge"),
  " made has none: its sources are these directories.",
];

/** Files with the data behind each number. */
export function traceSection(run: Run): Section {
  const items: Text[] = [
    [
      code("run.json"),
      ": all data in base units; a row is the entry of ",
      code("phases"),
      " with its ",
      code("phase.name"),
      " and ",
      code("repetition"),
      ".",
    ],
    [code("summary.csv"), ": the summaries, one row per phase, repetition and operation."],
    [code("intervals.csv"), ": the time series of each phase and repetition."],
    [
      code("latency.hlog"),
      ": the histograms behind the percentiles, with tags ",
      code("phase#repetition/operation/metric"),
      ", for any HdrHistogram reader.",
    ],
    ...(run.phases.some(({ hosts }) => hosts !== undefined) ? [HOST_RUNS] : []),
  ];
  return {
    title: "Data files",
    isDetail: true,
    blocks: [
      paragraph("The directory of this run, ", code(run.id), ", contains:"),
      list(items),
      paragraph("Plan ", code(run.planHash), ": runs with the same plan did the same work."),
    ],
  };
}
