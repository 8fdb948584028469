/**
 * Assigns operations that never got a slot, and of which only the number is known, to the entries
 * of a mix. Smooth weighted round robin: in any sequence of turns, each entry's share is exact to
 * within one turn.
 */
export class MixTurns {
  private readonly weights: readonly number[];
  private readonly credits: number[];
  private readonly total: number;

  /** `skip`: turns to skip at the start, so that workers start differently. */
  constructor(mix: readonly { readonly weight: number }[], skip = 0) {
    this.weights = mix.map(({ weight }) => weight);
    this.credits = mix.map(() => 0);
    this.total = this.weights.reduce((sum, weight) => sum + weight, 0);
    for (let turn = 0; turn < skip % 100; turn++) this.next();
  }

  /** Index of the next entry of the mix. */
  next(): number {
    const { weights, credits } = this;
    let best = 0;
    for (let at = 0; at < weights.length; at++) {
      credits[at] = (credits[at] ?? 0) + (weights[at] ?? 0);
      if ((credits[at] ?? 0) > (credits[best] ?? 0)) best = at;
    }
    credits[best] = (credits[best] ?? 0) - this.total;
    return best;
  }
}
