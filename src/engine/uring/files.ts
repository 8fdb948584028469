import { keepForKernel } from "../../posix/kept-memory.ts";
import type { BlockingSession, EngineError, SessionTask } from "../engine.ts";
import { explainErrno } from "../local/errno.ts";
import { WholeFiles } from "../local/whole-files.ts";
import { type FilesParts, NUMBER, RingSteps } from "./ring-steps.ts";

/** Maximum wait for operations in flight when a session is closed. */
const CLOSE_WAIT_NS = 1e8;
const MAX_CLOSE_WAITS = 10;

/**
 * Operations on whole files, many in flight on one thread. A slot has one entry in the ring at a
 * time: open, then the blocks, sync and close. Entries are not linked, and descriptors are those of
 * the process: for those of a ring, the kernel does not call a file system's `flush`, which makes
 * the data of a file visible to other clients of NFS.
 */
export class RingFiles implements BlockingSession {
  readonly drives = "blocking";
  private readonly task: SessionTask;
  private readonly parts: FilesParts;
  private readonly steps: RingSteps;
  private readonly files: WholeFiles;
  private readonly completed: Int32Array;
  private readonly results: Float64Array;

  constructor(task: SessionTask, parts: FilesParts) {
    this.task = task;
    this.parts = parts;
    this.steps = new RingSteps(parts, task.buffers);
    this.files = new WholeFiles(task, this.steps, true);
    const { depth } = task.slots;
    // Kernels before 5.15 reject it, but they reject a ring with these options first.
    parts.ring.limitWorkers(depth);
    this.completed = new Int32Array(depth);
    this.results = new Float64Array(depth);
  }

  submit(slot: number): void {
    this.files.submit(slot);
  }

  reap(done: Int32Array, result: Float64Array, waitNs: number): number {
    let kept = 0;
    const { refused } = this.steps;
    if (refused.length > 0) {
      this.steps.refused = [];
      for (const { slot, errno } of refused) {
        done[kept] = slot;
        result[kept++] = errno;
      }
    }
    const { completed, results } = this;
    const count = this.parts.ring.reap(completed, results, kept > 0 ? 0 : waitNs);
    // One reading serves all completions that are seen together, as on the load side.
    if (count > 0) this.task.stages?.look();
    for (let i = 0; i < count; i++) {
      const id = completed[i] ?? 0;
      const slot = NUMBER.slot(id);
      const outcome = this.files.proceed(slot, NUMBER.step(id), results[i] ?? 0);
      if (outcome === null) continue;
      done[kept] = slot;
      result[kept++] = outcome;
    }
    return kept;
  }

  explain(result: number): EngineError {
    return explainErrno(result);
  }

  counters(): Readonly<Record<string, number>> {
    return this.steps.notes;
  }

  close(): void {
    const { ring, paths } = this.parts;
    this.drain();
    if (ring.close()) {
      keepForKernel(this.task.buffers.memory);
      keepForKernel(paths.memory);
    }
    paths.close();
  }

  /** Waits for operations in flight and closes their files, which the kernel would keep open. */
  private drain(): void {
    const { ring, paths } = this.parts;
    for (let waits = 0; waits < MAX_CLOSE_WAITS && ring.inFlight > 0; waits++) {
      const count = ring.reap(this.completed, this.results, CLOSE_WAIT_NS);
      for (let i = 0; i < count; i++) {
        const id = this.completed[i] ?? 0;
        const [slot, step] = [NUMBER.slot(id), NUMBER.step(id)];
        paths.closeFile(this.files.leftOpen(slot, step, this.results[i] ?? -1));
      }
    }
  }
}
