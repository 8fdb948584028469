/** Hosts that an error or a progress line names. */
export const MAX_NAMED = 20;

/** A host that did not join, and why. */
export interface AbsentHost {
  readonly name: string;
  readonly reason: string;
}

/** Hosts that have joined so far. */
export interface JoinProgress {
  readonly joined: number;
  readonly total: number;
  /** Names of the hosts that are awaited. */
  readonly waiting: readonly string[];
  readonly absent: readonly AbsentHost[];
  /** Time until the deadline. */
  readonly leftMs: number;
}

/** Returns the progress as one line: `joined 7 of 8 (waiting for node-3, 41 s left)`. */
export function joinLine({ joined, total, waiting, leftMs }: JoinProgress): string {
  const joinedOf = `joined ${joined} of ${total}`;
  if (waiting.length === 0) return joinedOf;
  return `${joinedOf} (waiting for ${named(waiting)}, ${Math.ceil(leftMs / 1000)} s left)`;
}

function named(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  const shownNames = names.slice(0, MAX_NAMED).join(", ");
  return more > 0 ? `${shownNames} and ${more} more` : shownNames;
}
