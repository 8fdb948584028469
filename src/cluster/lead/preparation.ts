/** Bytes of a preparation; the total is 0 while it is unknown. */
interface PreparedBytes {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/**
 * Progress of hosts that prepare parts of one dataset. The total is known once every host has
 * reported its part or is done: a host that has nothing to write reports nothing.
 */
export class Preparation<Host> {
  private readonly waiting: Set<Host>;
  private readonly parts = new Map<Host, PreparedBytes>();

  constructor(hosts: Iterable<Host>) {
    this.waiting = new Set(hosts);
  }

  /** A host reports its part; returns the sum over all hosts. */
  report(host: Host, part: PreparedBytes): PreparedBytes {
    this.waiting.delete(host);
    this.parts.set(host, part);
    return this.sum();
  }

  /** A host is done. */
  end(host: Host): void {
    this.waiting.delete(host);
  }

  private sum(): PreparedBytes {
    let doneBytes = 0;
    let totalBytes = 0;
    for (const part of this.parts.values()) {
      doneBytes += part.doneBytes;
      totalBytes += part.totalBytes;
    }
    return { doneBytes, totalBytes: this.waiting.size === 0 ? totalBytes : 0 };
  }
}
