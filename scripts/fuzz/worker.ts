import { closeSync, openSync, writeSync } from "node:fs";
import { type Job, type JobResult, runJob, runKept } from "./job.ts";
import { KINDS, kindNamed } from "./kinds/kinds.ts";

/** What the command sends to a worker process. */
type Order = { readonly job: Job } | "end";
/** What a worker sends back. */
export type Answer = { readonly done: JobResult };

/** Bytes of the file that says which case is tried: its seed and its index. */
export const PROGRESS_BYTES = 16;

/** Works off jobs that are sent over IPC until told to end; `progressPath` shows the case. */
export function serveJobs(progressPath: string): void {
  const descriptor = openSync(progressPath, "w");
  const shown = Buffer.alloc(PROGRESS_BYTES);
  const progress = (seed: number, index: number): void => {
    shown.writeDoubleLE(seed, 0);
    shown.writeDoubleLE(index, 8);
    writeSync(descriptor, shown, 0, PROGRESS_BYTES, 0);
  };
  process.on("message", async (order: Order) => {
    if (order === "end") {
      for (const kind of KINDS) await kind.close?.();
      closeSync(descriptor);
      process.disconnect();
      return;
    }
    const { job } = order;
    const kind = kindNamed(job.kind);
    const done =
      job.file === undefined ? await runJob(kind, job, progress) : await runKept(kind, job.file);
    process.send?.({ done } satisfies Answer);
  });
}
