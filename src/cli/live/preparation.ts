import type { Job, Step } from "./steps.ts";

/**
 * Size from which the throughput of a target determines how fast it takes a file. Below it, the
 * time is that of the file or the request, whatever its size.
 */
const LARGE_FILE_BYTES = 1024 ** 2;

type Prepared = Pick<Step, "prepareBytes" | "prepareFiles">;

/**
 * How fast targets took the data of the preparations so far: small files by number, large ones by
 * bytes, because the two rates are independent.
 */
export class PreparationPace {
  /** Milliseconds per small file, and per byte of large files, by target. */
  private readonly eachMs = new Map<string, number>();

  /** Records that a share of a preparation took a time. */
  record(target: string, step: Prepared, share: number, ms: number): void {
    const amount = amountOf(step) * share;
    if (amount > 0 && ms > 0) this.eachMs.set(keyOf(target, step), ms / amount);
  }

  /** Time that the target takes for a step; null before it prepared files of this kind. */
  expectedMs(target: string, step: Prepared): number | null {
    const each = this.eachMs.get(keyOf(target, step));
    return each === undefined ? null : each * amountOf(step);
  }
}

/**
 * Time of a step by the estimate of its run, which is divided by the rates of bytes and files where
 * they are known; null without an estimate.
 */
export function estimatedMs(
  { estimate, rates }: Pick<Job, "estimate" | "rates">,
  steps: readonly Step[],
  step: Step,
): number | null {
  const prepareNs = estimate?.prepareNs ?? null;
  if (prepareNs === null) return null;
  const weightOf = ({ prepareBytes, prepareFiles }: Prepared): number =>
    rates == null
      ? prepareBytes
      : prepareBytes / rates.bytesPerSecond + prepareFiles / rates.filesPerSecond;
  const all = steps.reduce((sum, one) => sum + weightOf(one), 0);
  return all === 0 ? 0 : (prepareNs / 1e6) * (weightOf(step) / all);
}

function isLarge({ prepareBytes, prepareFiles }: Prepared): boolean {
  return prepareBytes >= prepareFiles * LARGE_FILE_BYTES;
}

function amountOf(step: Prepared): number {
  return isLarge(step) ? step.prepareBytes : step.prepareFiles;
}

function keyOf(target: string, step: Prepared): string {
  return `${target}\n${isLarge(step) ? "large" : "small"}`;
}
