import type { MessagePort } from "node:worker_threads";
import type { IntervalRecord } from "../../model/run/measurement.ts";

/**
 * Minimum time between messages. A message wakes the main thread, which the kernel runs on the
 * worker's CPU before the worker. With ten messages per second, each of which takes the main thread
 * 1 ms, that millisecond was the p99.9 of reads at queue depth 1.
 */
const POST_EVERY_NS = 1e9;

/** Collects a worker's closed intervals and posts them together. */
export class Outbox {
  private readonly port: MessagePort;
  private readonly most: number;
  private records: IntervalRecord[] = [];

  /** @param intervalNs width of the intervals */
  constructor(port: MessagePort, intervalNs: number) {
    this.port = port;
    this.most = Math.max(1, Math.floor(POST_EVERY_NS / intervalNs));
  }

  /** Adds a closed interval. */
  add(record: IntervalRecord): void {
    this.records.push(record);
    if (this.records.length >= this.most) this.post();
  }

  /** Posts the remaining intervals at the end of a worker. */
  post(): void {
    if (this.records.length === 0) return;
    const buffers = this.records.flatMap(({ latencies }) =>
      latencies.flatMap((pairs) => pairs?.buffer ?? []),
    );
    this.port.postMessage(this.records, buffers);
    this.records = [];
  }
}
