import type { CompletionSink, EventSession } from "../engine/engine.ts";
import { isThrottling } from "../model/measurement.ts";
import type { Drive } from "./drive-blocking.ts";
import { PacedSlots } from "./paced-slots.ts";
import type { Timed } from "./recorder.ts";

/** How often a stop, the time grid and the end of the drain are looked at. */
const LOOK_MS = 20;

/** A slot that failed waits before it tries again: 10 ms, doubled each time, at most a second. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1000;

/**
 * Drives a session that completes by callback, with the same recorder and sources as the blocking
 * loop. Resolves with why the worker gave up, or null.
 */
export function driveEvents(drive: Drive, session: EventSession): Promise<string | null> {
  return new EventDriver(drive, session).run();
}

class EventDriver implements CompletionSink {
  private readonly drive: Drive;
  private readonly session: EventSession;
  private readonly issuedMs: Float64Array;
  /** By lane: when its connection was begun or made, and when its last body was sent. */
  private readonly momentMs: number[] = [];
  private readonly sentMs: number[] = [];
  /** 1: the operation of a slot had to connect. */
  private readonly connects: Uint8Array;
  private readonly failuresInARow: Int32Array;
  /** 1: the operation in the slot tells of its requests. */
  private readonly attempted: Uint8Array;
  /** Slots to issue on; a completion inside `start` lands here instead of recursing. */
  private readonly ready: number[] = [];
  private readonly pauses = new Set<NodeJS.Timeout>();
  private readonly paced: PacedSlots | null;
  private inFlight = 0;
  private issuing = false;
  private drainFromMs = Number.NaN;
  private aborted = false;
  private gaveUp: string | null = null;
  private finished: ((reason: string | null) => void) | null = null;

  constructor(drive: Drive, session: EventSession) {
    this.drive = drive;
    this.session = session;
    this.issuedMs = new Float64Array(drive.slots.depth);
    this.connects = new Uint8Array(drive.slots.depth);
    this.failuresInARow = new Int32Array(drive.slots.depth);
    this.attempted = new Uint8Array(drive.slots.depth);
    const { pacing, recorder, slots } = drive;
    this.paced =
      pacing === null ? null : new PacedSlots(pacing, recorder, slots, () => this.issue());
  }

  run(): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setInterval(() => this.look(), LOOK_MS);
      this.finished = (reason) => {
        clearInterval(timer);
        resolve(reason);
      };
      for (let slot = 0; slot < this.drive.slots.depth; slot++) this.ready.push(slot);
      this.issue();
    });
  }

  firstByte(slot: number): void {
    this.timed("firstByte", slot, performance.now() - (this.issuedMs[slot] ?? 0));
  }

  connecting(slot: number, lane: number): void {
    this.connects[slot] = 1;
    this.momentMs[lane] = performance.now();
  }

  connected(slot: number, lane: number): void {
    const now = performance.now();
    this.timed("connect", slot, now - (this.momentMs[lane] ?? now));
    this.momentMs[lane] = now;
  }

  secured(slot: number, lane: number): void {
    const now = performance.now();
    this.timed("tls", slot, now - (this.momentMs[lane] ?? now));
  }

  sent(_: number, lane: number): void {
    this.sentMs[lane] = performance.now();
  }

  answered(slot: number, lane: number): void {
    const sentMs = this.sentMs[lane] ?? 0;
    if (sentMs === 0) return;
    this.sentMs[lane] = 0;
    this.timed("answer", slot, performance.now() - sentMs);
  }

  attemptBegan(): number {
    return performance.now();
  }

  attemptEnded(slot: number, mark: number, throttled: boolean): void {
    const { recorder, slots } = this.drive;
    const code = slots.operation[slot] ?? 0;
    recorder.timed("attempt", code, performance.now() - mark);
    if (throttled) recorder.throttled(code);
    this.attempted[slot] = 1;
  }

  complete(slot: number, result: number): void {
    const { recorder, slots, failures } = this.drive;
    const now = performance.now();
    if (now >= recorder.boundaryMs) recorder.cross(now);
    recorder.lastMs = now;
    this.inFlight--;
    this.drive.live?.completed(slot, result);
    // What the end of the drain cut off is no operation of the storage's.
    if (!(this.aborted && result < 0)) {
      recorder.complete(slots.operation[slot] ?? 0, now - (this.issuedMs[slot] ?? 0), result);
      if (result < 0) {
        const error = this.session.explain(result);
        // Where requests are retried, each of them was counted already.
        if (this.attempted[slot] === 0 && isThrottling(error.code)) {
          recorder.throttled(slots.operation[slot] ?? 0);
        }
        failures.failed(slot, error, recorder.measuring);
        this.giveUp(failures.hopeless(now), now);
        this.pause(slot);
        return;
      }
      failures.succeeded(now);
      this.paced?.completed(slot, now);
      if (this.connects[slot] === 1) {
        this.timed("newConnection", slot, now - (this.issuedMs[slot] ?? 0));
      }
    }
    this.failuresInARow[slot] = 0;
    this.ready.push(slot);
    this.issue();
  }

  private timed(metric: Timed, slot: number, latencyMs: number): void {
    this.drive.recorder.timed(metric, this.drive.slots.operation[slot] ?? 0, latencyMs);
  }

  private issue(): void {
    if (this.issuing) return;
    const { recorder, source } = this.drive;
    this.issuing = true;
    for (let slot = this.ready.pop(); slot !== undefined; slot = this.ready.pop()) {
      if (this.paced?.take(slot) === false) {
        this.ready.push(slot);
        break;
      }
      // In an open loop, what fell due before the deadline is issued after it too.
      if (!((recorder.open || this.paced !== null) && source.next(slot))) {
        this.paced?.end();
        continue;
      }
      this.inFlight++;
      this.connects[slot] = 0;
      this.attempted[slot] = 0;
      this.issuedMs[slot] = performance.now();
      this.paced?.issued(slot, this.issuedMs[slot] ?? 0);
      this.session.start(slot, this);
    }
    this.issuing = false;
    const over = this.paced?.over(performance.now()) ?? true;
    if (this.inFlight === 0 && this.pauses.size === 0 && over) this.finish();
  }

  private pause(slot: number): void {
    const failed = this.failuresInARow[slot] ?? 0;
    this.failuresInARow[slot] = failed + 1;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failed);
    const timer = setTimeout(() => {
      this.pauses.delete(timer);
      this.ready.push(slot);
      this.issue();
    }, pauseMs);
    this.pauses.add(timer);
  }

  private look(): void {
    const { recorder, startLine, drainMs } = this.drive;
    const now = performance.now();
    recorder.cross(now);
    if (startLine.stopped()) {
      recorder.end(now);
      this.paced?.end();
    }
    if (recorder.open || this.paced?.over(now) === false) return;
    for (const timer of this.pauses) clearTimeout(timer);
    this.pauses.clear();
    if (this.inFlight === 0) {
      this.finish();
      return;
    }
    if (Number.isNaN(this.drainFromMs)) this.drainFromMs = now;
    if (this.aborted || now - this.drainFromMs < drainMs) return;
    this.aborted = true;
    this.session.abort();
  }

  private giveUp(reason: string | null, nowMs: number): void {
    if (reason === null || this.gaveUp !== null) return;
    this.gaveUp = reason;
    this.paced?.end();
    this.drive.recorder.end(nowMs);
  }

  private finish(): void {
    this.paced?.close();
    this.finished?.(this.gaveUp);
    this.finished = null;
  }
}
