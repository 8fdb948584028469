import { NO_PARAMETERS, type PhasePlan } from "../../../model/plan/plan.ts";
import { formatBytes, formatShare } from "../../parts/format.ts";

/** An access pattern and what it was told: `zipf (theta 0.99)`, `strided (every 1 MiB), shared`. */
export function accessText({ access, accessParameters }: PhasePlan): string {
  // Runs that were stored before patterns had parameters have none.
  const { region, theta, strideBytes, hotOperationsShare, hotDataShare } =
    accessParameters ?? NO_PARAMETERS;
  const shared = region === "shared" ? ", shared" : "";
  switch (access) {
    case "zipf":
      return `zipf (theta ${theta})`;
    case "hotspot": {
      const [operations, data] = [formatShare(hotOperationsShare), formatShare(hotDataShare)];
      return `hotspot (${operations} of operations on ${data} of the data)`;
    }
    case "strided":
      return `strided (every ${formatBytes(strideBytes)})${shared}`;
    default:
      return `${access}${shared}`;
  }
}

/** Sizes of a mix with their shares of the operations, or the one size there is. */
export function blockSizesText({ blockBytes, blockMix = [] }: PhasePlan): string {
  if (blockMix.length === 0) return formatBytes(blockBytes);
  const total = blockMix.reduce((sum, { weight }) => sum + weight, 0);
  return blockMix
    .map(({ bytes, weight }) => `${formatBytes(bytes)} ${formatShare(weight / total)}`)
    .join(", ");
}
