import { expect } from "vitest";
import type { Outcome, ReasonCode } from "../../../src/model/claim/verdict.ts";
import type { VerdictRow } from "./volumes-verified.ts";

/**
 * What the machine that measures can be the reason of, whatever the volume does. Also that it is
 * uncertain: behind an emulated volume is a thread of the same machine, which nobody watches.
 */
const OF_THE_MACHINE: ReadonlySet<ReasonCode> = new Set(["client-bound", "harness", "uncertain"]);

/** What is true of a volume, and so what a claim must come to. */
export type Truth =
  | { readonly outcome: Exclude<Outcome, "inconclusive"> }
  | { readonly outcome: "inconclusive"; readonly code: ReasonCode };

export const SUPPORTED: Truth = { outcome: "supported" };
export const REFUTED: Truth = { outcome: "refuted" };

/** It cannot be told, for this reason. */
export function untold(code: ReasonCode): Truth {
  return { outcome: "inconclusive", code };
}

/** Verdicts that were held against the truth, over all cases. */
class Tally {
  private readonly rows: string[] = [];
  private decided = 0;
  private lost = 0;

  /** Notes what a case is about. */
  says(words: string): void {
    this.rows.push(words);
  }

  /**
   * Holds the one verdict on a claim (and on targets, where there are several) against the truth:
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

  /** Of all claims that a run speaks to, none is decided against what is true of the volume. */
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
