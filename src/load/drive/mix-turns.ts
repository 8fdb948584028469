/**
 * Shares operations of which nothing but their number is known among the entries of a mix: they
 * never got as far as a slot. Smooth weighted round robin, so that any stretch of turns has the
 * shares of the mix to within one turn an entry.
 */
export class MixTurns {
  private readonly weights: readonly number[];
  private readonly credits: number[];
  private readonly total: number;

  /** `skip`: turns that are left out at the start, so that workers do not all begin alike. */
  constructor(mix: readonly { readonly weight: number }[], skip = 0) {
    this.weights = mix.map(({ weight }) => weight);
    this.credits = mix.map(() => 0);
    this.total = this.weights.reduce((sum, weight) => sum + weight, 0);
    for (let turn = 0; turn < skip % 100; turn++) this.next();
  }

  /** Position in the mix whose turn it is. */
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
