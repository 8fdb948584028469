import type { BlockingSession, SlotTable, SyncWatch } from "../../engine/engine.ts";
import { operationCode, SYNC_CODE } from "../../model/plan/operation.ts";
import type { Recorder } from "../record/recorder.ts";
import type { OperationSource } from "../source/source.ts";
import { endIfStuck, giveUp, LOOK_NS, type Loop } from "./blocking.ts";
import { closeGrid, countUnfinished, cutOff, IDLE, isDrained, isTooLate } from "./cut-off.ts";

const WRITE = operationCode("write");
const CREATE = operationCode("create");

/**
 * Counts the writes a worker issues and holds everything back once a sync is due. The worker then
 * waits for what is in flight, syncs, and goes on: as a program that writes and then calls fsync.
 * A drain of the kernel's queue (IOSQE_IO_DRAIN) would order them too, but the writes queued behind
 * it would have the sync in their latencies, and no other engine could do the same.
 */
export class SyncPoints implements OperationSource {
  private readonly inner: OperationSource;
  private readonly slots: SlotTable;
  private readonly every: number;
  private readonly marked: Uint8Array;
  private files: number[] = [];
  private writes = 0;
  private exhausted = false;

  constructor(inner: OperationSource, slots: SlotTable, every: number, files: number) {
    this.inner = inner;
    this.slots = slots;
    this.every = every;
    this.marked = new Uint8Array(files);
  }

  next(slot: number): boolean {
    if (this.writes >= this.every) return false;
    if (!this.inner.next(slot)) {
      this.exhausted = true;
      return false;
    }
    if (this.slots.operation[slot] === WRITE) {
      this.writes++;
      const file = this.slots.file[slot] ?? 0;
      if (this.marked[file] === 0) {
        this.marked[file] = 1;
        this.files.push(file);
      }
    }
    return true;
  }

  /** Whether a sync is to be made once nothing is in flight; what a count ends, ends durable. */
  get due(): boolean {
    return this.writes > 0 && (this.exhausted || this.writes >= this.every);
  }

  /** The files written since the last sync, which begin anew. */
  take(): readonly number[] {
    const files = this.files;
    for (const file of files) this.marked[file] = 0;
    this.files = [];
    this.writes = 0;
    return files;
  }
}

/** Syncs files, as many concurrently as there are slots, and records each call by itself. */
export function syncFiles(loop: Loop, session: BlockingSession, files: readonly number[]): void {
  const { slots, recorder, failures } = loop.drive;
  const { done, result, issuedMs } = loop;
  const used = Math.min(slots.depth, files.length);
  // Sources may have filled these columns once and for all.
  const operations = slots.operation.slice(0, used);
  const lengths = slots.length.slice(0, used);
  let next = 0;
  let inFlight = 0;
  let now = performance.now();
  const issue = (slot: number): void => {
    slots.operation[slot] = SYNC_CODE;
    slots.file[slot] = files[next++] ?? 0;
    slots.offset[slot] = 0;
    slots.length[slot] = 0;
    issuedMs[slot] = now;
    session.submit(slot);
    inFlight++;
  };
  for (let slot = 0; slot < used; slot++) issue(slot);
  while (inFlight > 0) {
    const count = session.reap(done, result, LOOK_NS);
    now = performance.now();
    closeGrid(loop.drive, now);
    for (let i = 0; i < count; i++) {
      const slot = done[i] ?? 0;
      const outcome = result[i] ?? 0;
      inFlight--;
      const beganMs = issuedMs[slot] ?? 0;
      issuedMs[slot] = IDLE;
      if (outcome >= 0 && !recorder.open && isTooLate(loop, session, now)) {
        countUnfinished(loop.drive, slot, now, beganMs);
        continue;
      }
      const ok = outcome >= 0;
      const counts = ok || failures.failed(slot, session.explain(outcome), recorder.measuring);
      if (counts) recorder.synced(WRITE, now - beganMs, outcome);
      if (!ok) giveUp(loop, failures.hopeless(now), now);
      if (recorder.open && next < files.length) issue(slot);
    }
    if (count > 0) recorder.lastMs = now;
    else if (recorder.open && endIfStuck(loop, now, inFlight)) break;
    if (isDrained(loop.drive, loop.lastIssuedMs, now)) break;
  }
  cutOff(loop, now);
  slots.operation.set(operations);
  slots.length.set(lengths);
  recorder.lastMs = now;
}

/** Times the syncs inside `create`; a session is opened before there is a recorder. */
export class SyncClock implements SyncWatch {
  recorder: Recorder | null = null;
  private beganMs = 0;

  began(): void {
    this.beganMs = performance.now();
  }

  ended(): void {
    this.recorder?.synced(CREATE, performance.now() - this.beganMs, 0);
  }
}
