import type { Run } from "../../../model/run/run.ts";
import { code, list, paragraph, type Text } from "../../parts/document.ts";
import type { Section } from "../../report.ts";

/** What the words and units of the tables mean, for whoever has never seen one. */
export function readingSection(run: Run): Section {
  const items: Text[] = [
    "op/s (IOPS): operations completed without error inside the phase, divided by its " +
      "elapsed time.",
    "MB/s: 10^6 bytes a second. Sizes are in KiB, MiB and GiB (powers of 1024): 1 MiB/s is " +
      "1.049 MB/s.",
    "p50, p99, p99.9, max: latency of single operations, from issue to completion. Half of " +
      "them took at most the p50, all but one in a hundred at most the p99. All workers' " +
      "histograms are merged before a percentile is taken; percentiles are never averaged.",
    "– means that there is no such number.",
  ];
  if (run.plan.repetitions > 1) {
    items.push(
      "median: the repetition whose op/s is the median (of an even number, the slower of the " +
        "two in the middle), shown again as it was. No row mixes numbers of several " +
        "repetitions.",
    );
  }
  return { title: "How to read this", blocks: [list(items)] };
}

/** Where each number of the report is found again. */
export function traceSection(run: Run): Section {
  const items: Text[] = [
    [
      code("run.json"),
      ": everything, in base units; a row is the entry of ",
      code("phases"),
      " with that ",
      code("phase.name"),
      " and ",
      code("repetition"),
      ".",
    ],
    [code("summary.csv"), ": the same summaries, one row a phase, repetition and operation."],
    [code("intervals.csv"), ": the time line of each phase and repetition."],
    [
      code("latency.hlog"),
      ": the histograms behind every percentile, tagged ",
      code("phase#repetition/operation/metric"),
      ", for any HdrHistogram reader.",
    ],
  ];
  return {
    title: "Where the numbers come from",
    blocks: [
      paragraph(
        "Every row names its phase and repetition. In this run's folder, ",
        code(run.id),
        ":",
      ),
      list(items),
      paragraph("Plan ", code(run.planHash), ": runs with the same plan did the same work."),
    ],
  };
}
