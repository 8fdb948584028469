/** One kind of warning. Messages, caveats over several phases and documentation are made of it. */
export interface WarningRow {
  /** Name of the event, a noun phrase: `CPU steal`. */
  readonly event: string;
  /** What the event means for the results, one sentence. */
  readonly effect: string;
  /** What to do about it, one sentence. */
  readonly remedy: string;
}

export const row = (event: string, effect: string, remedy: string): WarningRow => ({
  event,
  effect,
  remedy,
});
