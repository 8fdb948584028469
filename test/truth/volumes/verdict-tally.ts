import { expect } from "vitest";
import type { Outcome, ReasonCode } from "../../../src/model/claim/verdict.ts";
import type { VerdictRow } from "./volumes-verified.ts";

/**
 * Reasons that the measuring host can cause, independent of the volume. Also that it is
 * uncertain: an emulated volume needs a thread of the same host, which is not monitored.
 */
const OF_THE_MACHINE: ReadonlySet<ReasonCode> = new Set(["client-bound", "harness", "uncertain"]);

/** Truth about a volume, and so the correct verdict. */
export type Truth =
  | { readonly outcome: Exclude<Outcome, "inconclusive"> }
  | { readonly outcome: "inconclusive"; readonly code: ReasonCode };

export const SUPPORTED: Truth = { outcome: "supported" };
export const REFUTED: Truth = { outcome: "refuted" };

/** Undecidable, for this reason. */
export function untold(code: ReasonCode): Truth {
  return { outcome: "inconclusive", code };
}

/** Verdicts compared with the truth, over all cases. */
class Tally {
  private readonly rows: string[] = [];
  private decided = 0;
  private lost = 0;

  /** Notes what a case is about. */
  says(words: string): void {
    this.rows.push(words);
  }

  /**
   * Compares the verdict on a claim (and on targets, if there are several) with the truth:
   * it, or none for a reason of the machine's.
   */
  check(rows: readonly VerdictRow[], claim: string, truth: Truth, targets?: string): VerdictRow {
    const about = rows.filter(
      (row) => row.claim_id === claim && (targets === undefined || row.targets === targets),
    );
    const [row] = about;
    expect(about, `verdicts on ${claim}`).toHaveLength(1);
    if (row === undefined) throw new Error(`no verdict on ${claim}`);
    this.rows.push(`  ${claim}: ${row.verdict} (${row.reason_code}) ${row.reason}`);
    const spoilt = row.verdict === "inconclusive" && OF_THE_MACHINE.has(row.reason_code);
    if (truth.outcome !== "inconclusive") this.decided += 1;
    if (truth.outcome !== "inconclusive" && spoilt) this.lost += 1;
    if (spoilt) return row;
    expect(row.verdict, `${claim}: ${row.reason}`).toBe(truth.outcome);
    if (truth.outcome === "inconclusive") expect(row.reason_code, row.reason).toBe(truth.code);
    return row;
  }

  /** Checks that no applicable claim has a verdict against the truth about the volume. */
  checkOthers(rows: readonly VerdictRow[], not: Exclude<Outcome, "inconclusive">): void {
    const wrong = rows.filter(({ verdict }) => verdict === not);
    expect(wrong.map(({ claim_id: id, reason }) => `${id}: ${reason}`)).toEqual([]);
  }

  lines(): readonly string[] {
    return [...this.rows, `${this.lost} of ${this.decided} were spoilt by the machine`];
  }

  spoilt(): number {
    return this.lost;
  }

  decidable(): number {
    return this.decided;
  }
}

export const told = new Tally();
