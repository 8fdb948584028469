import type { OpenLoop, Summary, Warning } from "../../model/run/run.ts";
import { latencyFigure } from "../histogram/latency-figure.ts";

/** From this share of the response time on, the load generator's own delay is no small part. */
const MAX_PACING_SHARE = 0.1;

/**
 * Warns where the p99 of the pacing error is not small beside the p99 of the response: response
 * times contain it. Service times, which run from the issue, do not.
 */
export function pacingDoubt(
  open: OpenLoop | null,
  all: Pick<Summary, "response"> | undefined,
): readonly Warning[] {
  const pacingNs = latencyFigure(open?.pacing, "p99").ns;
  const responseNs = latencyFigure(all?.response, "p99").ns;
  if (pacingNs === null || responseNs === null || responseNs <= 0) return [];
  const share = pacingNs / responseNs;
  if (share < MAX_PACING_SHARE) return [];
  const message =
    `the load generator issued operations late by itself: the p99 of its pacing error is ` +
    `${(pacingNs / 1e6).toPrecision(3)} ms, ${Math.round(share * 100)} % of the response p99 ` +
    `(${(responseNs / 1e6).toPrecision(3)} ms). Response times contain this delay, service times ` +
    "do not. Stop other programs, use more workers or a lower rate";
  return [{ code: "pacing-error", message }];
}
