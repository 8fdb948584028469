/**
 * How far the members of a phase are, threads of a host or hosts of a run: an interval is closed
 * when each of them has closed it or is done.
 */
export class Members {
  /** By member, the number of intervals that it has closed. */
  private readonly reached: number[];
  private readonly dropped = new Set<number>();
  /** Intervals that all members have closed; Infinity when all are done. */
  private closed = 0;
  /** Members that have closed no more than these. */
  private last: number;

  constructor(members: number) {
    this.reached = Array.from({ length: members }, () => 0);
    this.last = members;
  }

  /** Number of members. */
  get count(): number {
    return this.reached.length;
  }

  /** Number of intervals that a member has closed; Infinity when it is done. */
  of(member: number): number {
    return this.reached[member] ?? 0;
  }

  isDropped(member: number): boolean {
    return this.dropped.has(member);
  }

  /** Notes that a member has closed its intervals up to a number; returns those that all closed. */
  reach(member: number, intervals: number): number {
    const before = this.of(member);
    if (intervals <= before) return this.closed;
    this.reached[member] = intervals;
    if (before > this.closed || intervals <= this.closed) return this.closed;
    // Only the last of the slowest members moves the end: a search for each record would cost most.
    if (--this.last > 0) return this.closed;
    this.closed = this.reached.reduce((least, one) => Math.min(least, one));
    this.last = this.reached.filter((one) => one === this.closed).length;
    return this.closed;
  }

  /** Notes that a member is done; returns the intervals that all closed. */
  finish(member: number): number {
    return this.reach(member, Number.POSITIVE_INFINITY);
  }

  /** Notes that a member is lost: it is done, and what it still sends does not count. */
  drop(member: number): number {
    this.dropped.add(member);
    return this.finish(member);
  }
}
