import type * as fc from "fast-check";

/** How a case ended that ended well: with a result, or with a sentence for the user. */
export type Ending = "result" | "sentence";

/**
 * One kind of input from outside. A case is plain JSON, so that it can be kept in a file of the
 * corpus and tried again.
 */
export interface Kind {
  readonly name: string;
  /** Share of all cases; cheap kinds have more. */
  readonly weight: number;
  readonly cases: fc.Arbitrary<unknown>;
  /** Tries a case; what it throws is a failure. */
  attempt(input: unknown): Ending | Promise<Ending>;
  /** Gives back what the attempts opened. */
  close?(): Promise<void>;
}

/** A kind of cases with one type. */
export interface KindOf<Case> {
  readonly name: string;
  readonly weight: number;
  readonly cases: fc.Arbitrary<Case>;
  attempt(input: Case): Ending | Promise<Ending>;
  close?(): Promise<void>;
}

/** Widens a kind, so that one list can hold kinds with different cases. */
export function kindOf<Case>(kind: KindOf<Case>): Kind {
  return { ...kind, attempt: (input) => kind.attempt(input as Case) };
}

/** Codes that say whose fault it is; 70 is ours and never an ending. */
const SENTENCES: ReadonlySet<unknown> = new Set([1, 2, 3, 4, 130]);

/** Whether an error is a sentence for the user: the command line prints it and ends with 1 to 4. */
export function isSentence(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "exitCode" in error &&
    SENTENCES.has(error.exitCode) &&
    error.message !== ""
  );
}

/** Runs a function whose result is one ending and whose sentence is the other. */
export function endingOf(work: () => unknown): Ending {
  try {
    work();
    return "result";
  } catch (error) {
    if (isSentence(error)) return "sentence";
    throw error;
  }
}
