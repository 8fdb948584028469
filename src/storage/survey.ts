import { PreflightError } from "../model/fault/errors.ts";
import type { Plan } from "../model/plan/plan.ts";
import type { TargetSpec } from "../model/target/target.ts";

/** What a survey is made for. */
export interface SurveyOptions {
  /** What is to run; absent: whether the target can be used at all. */
  readonly plan?: Plan | undefined;
  /** Kept data may be used, so no space is needed for it. */
  readonly reuse?: boolean;
  /** Aborted by Ctrl-C: rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told what could not be asked without writing, a sentence each. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Asks a target, before anything is written to it, whether a plan can run there: `assay check` and
 * each run ask the same. Throws PreflightError with a line for each obstacle. Nothing is written;
 * what cannot be asked without writing is left to the run.
 */
export async function surveyTarget(spec: TargetSpec, options: SurveyOptions = {}): Promise<void> {
  options.signal?.throwIfAborted();
  switch (spec.address.kind) {
    case "path":
      return (await import("./directory/survey.ts")).surveyDirectory(spec.address.path, options);
    case "device":
      return (await import("./device/survey.ts")).surveyDevice(spec.address, options);
    case "bucket":
      return (await import("./bucket/survey.ts")).surveyBucket(spec, options);
    case "memory":
      return;
  }
}

/** Runs all rules, and throws one error with a line for each that refuses. */
export function refuseAll(rules: readonly (() => void)[]): void {
  const refused: PreflightError[] = [];
  for (const rule of rules) {
    try {
      rule();
    } catch (error) {
      if (!(error instanceof PreflightError)) throw error;
      refused.push(error);
    }
  }
  const [first, ...others] = refused;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new PreflightError(refused.map(({ message }) => message).join("\n"));
}
