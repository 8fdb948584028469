import type { CompletionSink, EventSession } from "../../engine/engine.ts";
import { isThrottling } from "../../model/run/measurement.ts";
import { SlotPauses } from "./back-off.ts";
import { closeGrid, countUnfinished, isDrained, stuckReason } from "./cut-off.ts";
import { type Drive, LOOK_MS } from "./drive.ts";
import { PacedSlots } from "./paced-slots.ts";
import { RequestTimes } from "./request-times.ts";
import { recordSync, setSync } from "./sync.ts";

/** One sync of a worker's written files. */
interface SyncRound {
  readonly files: readonly number[];
  next: number;
  /** Columns of the slots, which sources may have filled permanently. */
  readonly operations: Uint8Array;
  readonly lengths: Float64Array;
}

/**
 * Drives a session that completes by callback, with the same recorder and sources as the blocking
 * loop. Resolves with the reason if the worker stopped early; else null.
 */
export function driveEvents(drive: Drive, session: EventSession): Promise<string | null> {
  return new EventDriver(drive, session).run();
}

class EventDriver extends RequestTimes implements CompletionSink {
  private readonly session: EventSession;
  /** Issue time of the last operation. */
  private lastIssuedMs = Number.NEGATIVE_INFINITY;
  /** Free slots; a completion inside `start` is queued here instead of recursing. */
  private readonly ready: number[] = [];
  private readonly pauses: SlotPauses;
  private readonly paced: PacedSlots | null;
  private inFlight = 0;
  private issuing = false;
  private gaveUp: string | null = null;
  /** The sync in progress, during which no operation is issued. */
  private sync: SyncRound | null = null;
  private finished: ((reason: string | null) => void) | null = null;

  constructor(drive: Drive, session: EventSession) {
    super(drive);
    this.session = session;
    const { pacing, recorder, slots, failures } = drive;
    const resume = (slot: number): void => this.again(slot);
    this.pauses = new SlotPauses(slots.depth, resume, (ms) => failures.paused(ms));
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
      const fromMs = performance.now();
      this.issue();
      const issued = Number.isFinite(this.lastIssuedMs);
      if (issued || this.paced !== null) this.drive.startLine.issued(fromMs);
    });
  }

  complete(slot: number, outcome: number): void {
    const { recorder, slots, failures, verification } = this.drive;
    const now = this.now();
    recorder.lastMs = now;
    this.inFlight--;
    if (this.sync !== null) {
      this.synced(this.sync, slot, outcome, now);
      return;
    }
    const result = verification?.completed(slot, outcome) ?? outcome;
    this.paced?.freed(now);
    this.drive.live?.completed(slot, result);
    if (this.cut && result < 0) this.cutOff(slot, now, this.paced?.dueAt(slot));
    else {
      const code = slots.operation[slot] ?? 0;
      const tookMs = now - (this.issuedMs[slot] ?? 0);
      if (result < 0) {
        const error = verification?.explain(result) ?? this.session.explain(result);
        const counts = failures.failed(slot, error, recorder.measuring);
        if (counts) recorder.complete(code, tookMs, result);
        // With retries, each request is already counted.
        if (this.attempted[slot] === 0 && isThrottling(error.code)) {
          recorder.throttled(code);
        }
        this.giveUp(failures.abortReason(now), now);
        if (this.paced === null) this.pauses.begin(slot, now, recorder.open && recorder.measuring);
        else this.again(slot);
        return;
      }
      recorder.complete(code, tookMs, result);
      this.drive.stages?.completed(recorder, slot, code, this.issuedMs[slot] ?? 0, now);
      if (failures.failing) failures.succeeded();
      this.paced?.completed(slot, now);
      if (this.connects[slot] === 1) {
        this.timed("newConnection", slot, now - (this.issuedMs[slot] ?? 0));
      }
    }
    this.pauses.reset(slot);
    this.again(slot);
  }

  /** Lets a slot issue its next operation. */
  private again(slot: number): void {
    this.ready.push(slot);
    this.issue();
  }

  private issue(): void {
    if (this.issuing) return;
    if (this.cut) {
      if (this.inFlight === 0) this.finish();
      return;
    }
    const { recorder, source, syncs } = this.drive;
    this.issuing = true;
    for (let slot = this.ready.pop(); slot !== undefined; slot = this.ready.pop()) {
      if (syncs?.due === true || this.paced?.take(slot) === false) {
        this.ready.push(slot);
        break;
      }
      // An open loop also issues operations scheduled before the deadline after it.
      if (!((recorder.open || this.paced !== null) && source.next(slot))) {
        this.paced?.exhausted();
        continue;
      }
      this.inFlight++;
      const now = performance.now();
      this.begin(slot, now);
      this.lastIssuedMs = now;
      this.paced?.issued(slot, now);
      this.session.start(slot, this);
    }
    this.issuing = false;
    const over = this.paced?.over(performance.now()) ?? true;
    if (this.inFlight > 0 || this.pauses.count > 0) return;
    if (recorder.open && syncs?.due === true) this.syncFiles(syncs.take());
    else if (over) this.finish();
  }

  /** Syncs files, one per slot concurrently, and records each call separately. */
  private syncFiles(files: readonly number[]): void {
    const { operation, length, depth } = this.drive.slots;
    this.sync = { files, next: 0, operations: operation.slice(), lengths: length.slice() };
    for (let slot = 0; slot < Math.min(depth, files.length); slot++) this.syncNext(this.sync, slot);
  }

  private syncNext(round: SyncRound, slot: number): void {
    const { slots } = this.drive;
    setSync(slots, slot, round.files[round.next++] ?? 0);
    this.inFlight++;
    this.begin(slot, performance.now());
    this.session.start(slot, this);
  }

  private synced(round: SyncRound, slot: number, result: number, now: number): void {
    const { drive } = this;
    const { recorder, slots } = drive;
    const beganMs = this.issuedMs[slot] ?? 0;
    if (this.cut && result < 0) countUnfinished(drive, slot, now, beganMs);
    else this.giveUp(recordSync(drive, this.session, slot, result, beganMs, now), now);
    if (recorder.open && round.next < round.files.length) this.syncNext(round, slot);
    if (this.inFlight > 0) return;
    this.sync = null;
    slots.operation.set(round.operations);
    slots.length.set(round.lengths);
    this.paced?.heldUntil(now);
    this.ready.length = 0;
    for (let free = 0; free < slots.depth; free++) this.ready.push(free);
    this.issue();
  }

  private look(): void {
    const { recorder } = this.drive;
    const now = performance.now();
    if (closeGrid(this.drive, now)) this.paced?.stop(now);
    const stuck = this.inFlight === 0 || !recorder.open ? null : this.stuck(now);
    this.giveUp(stuck, now);
    if (recorder.open || this.paced?.over(now) === false) return;
    this.pauses.clear(recorder.open ? now : recorder.endedMs);
    if (this.inFlight === 0) {
      this.finish();
      return;
    }
    const over = stuck !== null || isDrained(this.drive, this.lastIssuedMs, now);
    if (this.cut || !over) return;
    this.cut = true;
    this.session.abort();
  }

  private stuck(nowMs: number): string | null {
    return stuckReason(this.drive, nowMs, this.inFlight);
  }

  private giveUp(reason: string | null, nowMs: number): void {
    if (reason === null || this.gaveUp !== null) return;
    this.gaveUp = reason;
    this.paced?.stop(nowMs);
    this.drive.recorder.end(nowMs);
  }

  private finish(): void {
    this.paced?.close();
    this.finished?.(this.gaveUp);
    this.finished = null;
  }
}
