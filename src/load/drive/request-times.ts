import type { CompletionSink } from "../../engine/engine.ts";
import type { Timed } from "../record/columns.ts";
import { countUnfinished } from "./cut-off.ts";
import type { Drive } from "./drive.ts";

/** Stages of opening a connection. */
const STAGE = { ready: 0, connecting: 1, securing: 2 } as const;

/** Times the stages of an operation of an event-loop session. */
export class RequestTimes implements Omit<CompletionSink, "complete"> {
  /** Whether the end of the drain has aborted the operations in flight. */
  protected cut = false;
  protected readonly drive: Drive;
  /** By slot: issue time of its operation. */
  protected readonly issuedMs: Float64Array;
  /** By slot, 1: its operation had to connect. */
  protected readonly connects: Uint8Array;
  /** By slot, 1: its operation reports its requests. */
  protected readonly attempted: Uint8Array;
  /** By slot: requests of its operation in flight, and send time of the last one. */
  private readonly requests: Int32Array;
  private readonly requestMs: Float64Array;
  /** By slot, 1: the first byte of its response has arrived. */
  private readonly answering: Uint8Array;
  /** By connection: slot, stage, start of the stage, send time of its last body (0: never). */
  private readonly slotOf: number[] = [];
  private readonly stage: (typeof STAGE)[keyof typeof STAGE][] = [];
  private readonly momentMs: number[] = [];
  private readonly sentMs: number[] = [];

  constructor(drive: Drive) {
    const { depth } = drive.slots;
    this.drive = drive;
    this.issuedMs = new Float64Array(depth);
    this.connects = new Uint8Array(depth);
    this.attempted = new Uint8Array(depth);
    this.requests = new Int32Array(depth);
    this.requestMs = new Float64Array(depth);
    this.answering = new Uint8Array(depth);
  }

  firstByte(slot: number): void {
    this.answering[slot] = 1;
    this.timed("firstByte", slot, this.now() - (this.issuedMs[slot] ?? 0));
  }

  connecting(slot: number, connection: number): void {
    this.connects[slot] = 1;
    this.enter(slot, connection, STAGE.connecting, this.now());
  }

  connected(slot: number, connection: number): void {
    const now = this.now();
    this.timed("connect", slot, now - (this.momentMs[connection] ?? now));
    this.enter(slot, connection, STAGE.securing, now);
  }

  secured(slot: number, connection: number): void {
    const now = this.now();
    this.timed("tls", slot, now - (this.momentMs[connection] ?? now));
    this.enter(slot, connection, STAGE.ready, now);
  }

  sent(slot: number, connection: number): void {
    this.slotOf[connection] = slot;
    this.sentMs[connection] = this.now();
  }

  answered(slot: number, connection: number): void {
    const sentMs = this.sentMs[connection] ?? 0;
    if (sentMs === 0) return;
    this.sentMs[connection] = 0;
    this.timed("answer", slot, this.now() - sentMs);
  }

  attemptBegan(slot: number): number {
    const now = this.now();
    this.requests[slot] = (this.requests[slot] ?? 0) + 1;
    this.requestMs[slot] = now;
    return now;
  }

  attemptEnded(slot: number, mark: number, throttled: boolean): void {
    if (this.cut) return;
    this.requests[slot] = (this.requests[slot] ?? 0) - 1;
    const { recorder, slots } = this.drive;
    const code = slots.operation[slot] ?? 0;
    recorder.timed("attempt", code, this.now() - mark);
    if (throttled) recorder.throttled(code);
    this.attempted[slot] = 1;
  }

  /** Starts timing an operation in a slot. */
  protected begin(slot: number, nowMs: number): void {
    this.issuedMs[slot] = nowMs;
    this.connects[slot] = 0;
    this.attempted[slot] = 0;
    this.answering[slot] = 0;
    this.requests[slot] = 0;
  }

  /** Reads the clock and closes finished intervals before anything is counted. */
  protected now(): number {
    const now = performance.now();
    const { recorder } = this.drive;
    if (now >= recorder.boundaryMs) recorder.cross(now);
    return now;
  }

  protected timed(metric: Timed, slot: number, latencyMs: number): void {
    this.drive.recorder.timed(metric, this.drive.slots.operation[slot] ?? 0, latencyMs);
  }

  /** Counts an operation that was incomplete at the end of the drain, and its stage. */
  protected cutOff(slot: number, nowMs: number, dueMs: number | undefined): void {
    const { drive } = this;
    const issuedMs = this.issuedMs[slot] ?? nowMs;
    countUnfinished(drive, slot, nowMs, issuedMs, dueMs);
    const atLeast = (metric: Timed, sinceMs: number): void =>
      drive.recorder.atLeast(metric, drive.slots.operation[slot] ?? 0, nowMs - sinceMs);
    if (this.answering[slot] === 0) atLeast("firstByte", issuedMs);
    if (this.connects[slot] === 1) atLeast("newConnection", issuedMs);
    for (let n = this.requests[slot] ?? 0; n > 0; n--) {
      atLeast("attempt", this.requestMs[slot] ?? nowMs);
    }
    for (const [connection, holder] of this.slotOf.entries()) {
      if (holder !== slot) continue;
      const momentMs = this.momentMs[connection] ?? nowMs;
      const sentMs = this.sentMs[connection] ?? 0;
      // An earlier operation of the slot may have failed midway.
      if (momentMs >= issuedMs) {
        if (this.stage[connection] === STAGE.connecting) atLeast("connect", momentMs);
        if (this.stage[connection] === STAGE.securing) atLeast("tls", momentMs);
      }
      if (sentMs >= issuedMs) atLeast("answer", sentMs);
    }
  }

  private enter(
    slot: number,
    connection: number,
    stage: (typeof this.stage)[number],
    nowMs: number,
  ) {
    this.slotOf[connection] = slot;
    this.stage[connection] = stage;
    this.momentMs[connection] = nowMs;
  }
}
