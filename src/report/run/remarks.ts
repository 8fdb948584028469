import { cachedShare, isBuffered } from "../../metrics/cache/cache.ts";
import { sampleDoubts } from "../../metrics/histogram/sample-size.ts";
import { overall } from "../../metrics/phase-result.ts";
import { UNFINISHED } from "../../model/run/measurement.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { shareWords } from "../parts/cached-words.ts";
import type { Inline, Text } from "../parts/document.ts";
import { formatCount, formatShare, sentence } from "../parts/format.ts";
import { STATE_WORDS } from "../parts/state.ts";

/** What a reader must know of one repetition of a phase, in words. */
export function phaseRemarks(run: Run, result: PhaseResult): readonly Text[] {
  const remarks: Text[] = [];
  const say = (...text: readonly Inline[]): void => {
    remarks.push(text);
  };
  if (result.state !== "complete") {
    const reason = result.reason === null ? "" : `: ${result.reason}`;
    say(
      { strong: `Repetition ${result.repetition} ${STATE_WORDS[result.state]}` },
      sentence(reason),
    );
  }
  const failed = errorRemark(result);
  if (failed !== null) say(failed);
  const codes = new Set(result.warnings.map((warning) => warning.code));
  for (const warning of result.warnings) {
    if (warning.code !== "errors" || failed === null) say(sentence(warning.message));
  }
  if (isBuffered(run.target, result)) {
    say(
      "Writes were complete when the page cache had them, which is before the device has; only ",
      { code: "cache: direct" },
      " measures the device.",
    );
  }
  const share = cachedShare(run, result);
  if (share !== null && share.low >= 0.005 && !codes.has("served-from-cache")) {
    say(`Served from cache: ${shareWords(share)} of the bytes read did not come from the storage.`);
  }
  for (const doubt of sampleDoubts(result.elapsedNs, overall(result))) say(doubt);
  return remarks;
}

function errorRemark(result: PhaseResult): string | null {
  const { errors = 0, unfinished = 0 } = overall(result) ?? {};
  const failed = result.state === "partial" ? errors : errors - unfinished;
  if (failed === 0) return null;
  const others = result.errors.filter(({ code }) => code !== UNFINISHED);
  const kinds = others.map(
    (error) => `${formatCount(error.count)} ${error.operation} ${error.code}`,
  );
  const named = kinds.length > 0 ? ` (${kinds.join(", ")})` : "";
  const verb = failed === 1 ? "operation failed" : "operations failed";
  return `${formatCount(failed)} ${verb}${named}; they are in no rate and no latency.`;
}

/** Says which repetition the median row is, and how far the others were from it. */
export function medianRemark(results: readonly PhaseResult[], median: PhaseResult): Text {
  const complete = results.filter((result) => result.state === "complete");
  const counted = complete.length > 0 ? complete : results;
  const rates = counted.map((result) => overall(result)?.operationsPerSecond ?? 0);
  const middle = overall(median)?.operationsPerSecond ?? 0;
  const range =
    middle > 0
      ? ` The op/s of all lie between ${formatShare(Math.min(...rates) / middle)} and ` +
        `${formatShare(Math.max(...rates) / middle)} of it.`
      : "";
  return [
    `The median row repeats repetition ${median.repetition}, whose op/s is the median of ` +
      `${counted.length} complete ones; its percentiles are that repetition's own.${range}`,
  ];
}
