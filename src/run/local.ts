import { describeEnvironment } from "../environment/index.ts";
import { GenerationTables } from "../load/source/generations.ts";
import { orAborted } from "../model/abort.ts";
import type { Environment } from "../model/run/environment.ts";
import type { Run, Warning } from "../model/run/run.ts";
import { openTarget } from "../storage/index.ts";
import type { OpenOptions, TargetSession } from "../storage/target/target.ts";
import type { Generator, TimedResult } from "./generator.ts";
import { timePhase } from "./measure.ts";
import { PauseMonitor } from "./monitor/pause-monitor.ts";
import { WorkerPool } from "./phase/pool.ts";
import type { RunRequest } from "./request.ts";
import type { RunParts, Threads, Timing } from "./setup.ts";

/** Loads the target with the threads of this process. */
export class LocalGenerator implements Generator {
  private readonly request: RunRequest;
  private readonly pool = new WorkerPool();
  private threads: Threads | null = null;

  constructor(request: RunRequest) {
    this.request = request;
  }

  open(options: OpenOptions): Promise<TargetSession> {
    const { plan, resolve, target } = this.request;
    const [first] = plan.phases;
    if (first !== undefined) this.pool.warmUp(resolve(first));
    return openTarget(target, options);
  }

  environment(signal: AbortSignal): Promise<Environment> {
    const { address } = this.request.target;
    return orAborted(describeEnvironment("path" in address ? address.path : null), signal);
  }

  hosts(): Pick<Run, "hosts" | "hostScope"> {
    return {};
  }

  warnings(): readonly Warning[] {
    return [];
  }

  time(parts: RunParts, timing: Timing): Promise<TimedResult> {
    this.threads ??= {
      pool: this.pool,
      pauses: new PauseMonitor(),
      generations: new GenerationTables(this.request.runId),
    };
    return timePhase(this.request, { ...parts, ...this.threads }, timing);
  }

  async close(): Promise<boolean> {
    await this.threads?.pauses.close();
    return this.pool.close();
  }
}
