/** Maximum number of hosts that a progress line names, and of rows of an error. */
const MAX_NAMED = 20;
/** Maximum number of hosts that an error names for the same reason. */
const MAX_NAMED_ALIKE = 5;

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
  const seconds = Math.ceil(leftMs / 1000);
  return `${joinedOf} (waiting for ${named(waiting, MAX_NAMED)}, ${seconds} s left)`;
}

/** Returns one row per reason: `  rank 0, rank 1: srun has ended (exit code 1)`. */
export function absentRows(absent: readonly AbsentHost[]): readonly string[] {
  const reasons = [...Map.groupBy(absent, ({ reason }) => reason)];
  const rows = reasons.slice(0, MAX_NAMED).map(([reason, hosts]) => {
    const names = hosts.map(({ name }) => name);
    return `  ${named(names, MAX_NAMED_ALIKE)}: ${reason}`;
  });
  const left = reasons.slice(MAX_NAMED).flatMap(([, hosts]) => hosts);
  return left.length === 0 ? rows : [...rows, `  and ${left.length} more`];
}

function named(names: readonly string[], most: number): string {
  const more = names.length - most;
  const shownNames = names.slice(0, most).join(", ");
  return more > 0 ? `${shownNames} and ${more} more` : shownNames;
}
