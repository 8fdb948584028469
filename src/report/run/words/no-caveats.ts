import { cachedShare } from "../../../metrics/cache/cache.ts";
import { busyShares } from "../../../metrics/generator/busy.ts";
import type { Run } from "../../../model/run/run.ts";
import { formatShare } from "../../parts/format.ts";

/** Caveats in one line, if there are none: the evidence that shows it. */
export function noCaveatsText(run: Run): string {
  const busy = run.phases.flatMap(busyShares);
  const cached = run.phases.flatMap((result) => {
    const share = cachedShare(run, result);
    return share === null ? [] : [share.high];
  });
  const upTo = (shares: readonly number[]) =>
    `${new Set(shares).size > 1 ? "up to " : ""}${formatShare(Math.max(...shares))}`;
  const parts = [
    ...(busy.length === 0 ? [] : [`load generator ${upTo(busy)} busy`]),
    ...(cached.length === 0 ? [] : [`${upTo(cached)} of reads from a cache`]),
  ];
  return parts.length === 0 ? "none" : `none (${parts.join(", ")})`;
}
