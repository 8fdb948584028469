import { PreflightError } from "../../model/fault/errors.ts";
import type { OpenOptions } from "./target.ts";

/** The search of a run for kept data; its end warns or refuses if there is none. */
export class Reuse {
  private readonly options: OpenOptions;
  private readonly place: string;
  private readonly problems: string[] = [];

  /** `place`: the target, as messages name it. */
  constructor(options: OpenOptions, place: string) {
    this.options = options;
    this.place = place;
  }

  /** Receives the reason why kept data cannot be reused, one message. */
  readonly unusable = (message: string): void => {
    this.problems.push(message);
  };

  /** @throws PreflightError if the run requires kept data and has none */
  ends(isReused: boolean): void {
    const { onWarning, requireKept } = this.options;
    if (!isReused && requireKept === true) throw this.refusal();
    for (const problem of this.problems) {
      onWarning?.(isReused ? problem : `${problem}; this run writes new data`);
    }
  }

  private refusal(): PreflightError {
    const names = this.options.datasets.map(({ name }) => `"${name}"`).join(", ");
    const none = `--reuse-data: ${this.place} has no kept data of dataset ${names}`;
    const [why = `${none} with these settings`] = this.problems;
    return new PreflightError(
      `${why}; run the scenario with --keep-data first, or remove --reuse-data`,
    );
  }
}
