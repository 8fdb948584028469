/** `10.6 s`, or `250 ms` below one second: rounded down, so never more than was watched. */
export function elapsedText(ns: number): string {
  return ns < 1e9 ? `${Math.floor(ns / 1e6)} ms` : `${(Math.floor(ns / 1e8) / 10).toFixed(1)} s`;
}
