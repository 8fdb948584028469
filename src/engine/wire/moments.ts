import type { Lane } from "./lane.ts";
import type { LaneListener } from "./listener.ts";

type Told = Pick<
  LaneListener,
  "onConnecting" | "onConnected" | "onSecured" | "onSent" | "onAttempt" | "onAttemptEnd"
>;

/** Passes the moments of a lane on to the slot whose operation it works for. */
export class SlotMoments implements Told {
  readonly #slot: Told;

  constructor(slot: Told) {
    this.#slot = slot;
  }

  onConnecting(lane: Lane): void {
    this.#slot.onConnecting(lane);
  }

  onConnected(lane: Lane): void {
    this.#slot.onConnected(lane);
  }

  onSecured(lane: Lane): void {
    this.#slot.onSecured(lane);
  }

  onSent(lane: Lane): void {
    this.#slot.onSent(lane);
  }

  onAttempt(): number {
    return this.#slot.onAttempt();
  }

  onAttemptEnd(mark: number, throttled: boolean): void {
    this.#slot.onAttemptEnd(mark, throttled);
  }
}
