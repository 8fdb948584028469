import { setTimeout as sleep } from "node:timers/promises";
import type { CutOffWrites } from "../../target/target.ts";
import type { Store } from "../store/store.ts";

/** How long a clean-up waits for the answers of writes that the preparation was ended in. */
const ANSWER_MS = 2000;
const LOOK_MS = 10;

/** Writes of a run that were sent and not answered: those of its phases, and of its preparation. */
export class CutOff {
  #count = 0;
  #isMost = false;

  add({ count, isMost }: CutOffWrites): void {
    this.#count += count;
    this.#isMost ||= isMost;
  }

  /** Waits a little for answers that may still come. */
  async settled(store: Store, signal: AbortSignal | undefined): Promise<CutOffWrites> {
    const fromMs = performance.now();
    const { writes } = store;
    while (writes.open > 0 && signal?.aborted !== true) {
      if (performance.now() - fromMs >= ANSWER_MS) break;
      await sleep(LOOK_MS);
    }
    return { count: this.#count + writes.open + writes.lost, isMost: this.#isMost };
  }
}
