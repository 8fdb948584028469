import type { MessagePort } from "node:worker_threads";
import type { IntervalRecord } from "../../model/run/measurement.ts";

/**
 * What is closed goes out once a second at the most. A message wakes the main thread, and the
 * kernel puts it where it was woken from: on the worker's processor, before the worker. At ten a
 * second, each of which keeps the main thread busy for a millisecond, the p99.9 of reads one at a
 * time was that millisecond.
 */
const POST_EVERY_NS = 1e9;

/** Gathers a worker's closed intervals and posts them together. */
export class Outbox {
  private readonly port: MessagePort;
  private readonly most: number;
  private records: IntervalRecord[] = [];

  /** For intervals of a phase whose grid has cells of `intervalNs`. */
  constructor(port: MessagePort, intervalNs: number) {
    this.port = port;
    this.most = Math.max(1, Math.floor(POST_EVERY_NS / intervalNs));
  }

  /** Takes in an interval that has closed. */
  add(record: IntervalRecord): void {
    this.records.push(record);
    if (this.records.length >= this.most) this.post();
  }

  /** Posts what has not been posted; a worker that ends does. */
  post(): void {
    if (this.records.length === 0) return;
    const buffers = this.records.flatMap(({ latencies }) =>
      latencies.flatMap((pairs) => pairs?.buffer ?? []),
    );
    this.port.postMessage(this.records, buffers);
    this.records = [];
  }
}
