import type { ResolvedPhase } from "../../load/task.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { ClientLimits } from "../../model/run/harness.ts";
import type { HostRecord, HostScope } from "../../model/run/hosts.ts";
import type { PhaseResult, Warning } from "../../model/run/run.ts";
import { executeRun } from "../../run/execute.ts";
import type { Lead, LedRun } from "../../run/lead.ts";
import { LocalGenerator } from "../../run/local.ts";
import { reportChanges } from "../../run/measure.ts";
import type { FinishedRun, RunEnd, RunEvents, RunRequest } from "../../run/request.ts";
import { prepareDataset } from "../../run/setup.ts";
import type { OpenOptions, TargetSession } from "../../storage/target/target.ts";
import type {
  FinishParams,
  FinishResult,
  OpenParams,
  OpenResult,
  PhaseParams,
  PrepareParams,
} from "../run-calls.ts";
import { type CallContext, SessionEnded } from "../serve.ts";
import { waitAfterLossMs } from "./after-loss.ts";
import { linkOf } from "./link-of.ts";
import { removeRun } from "./remove-run.ts";

/** Needs of a run on this host besides the parameters of the call that opens it. */
export interface AgentRunContext extends Pick<RunRequest, "learn" | "resultsFolder" | "onStuck"> {
  /** Client limits of this host; null if no selftest was run. */
  readonly clientLimits: ClientLimits | null;
}

/**
 * One run on the host of an agent: an ordinary run, stored in a separate folder, whose phases
 * the coordinator decides.
 */
export class AgentRun implements Lead {
  private readonly params: OpenParams;
  private readonly request: RunRequest;
  private readonly abort = new AbortController();
  private readonly opened = Promise.withResolvers<LedRun>();
  private readonly ended = Promise.withResolvers<RunEnd>();
  private finished: Promise<FinishedRun> | null = null;
  private keepData: boolean;
  private resolved: ResolvedPhase;
  /** The call whose progress is reported. */
  private call: CallContext | null = null;
  private result: PhaseResult | null = null;
  private readonly left: Warning[] = [];

  constructor(params: OpenParams, context: AgentRunContext) {
    this.params = params;
    this.keepData = params.keepData;
    this.resolved = params.resolved;
    this.request = this.requestOf(params, context);
  }

  /** Opens the target; resolves when the run waits for its phases. */
  open(call: CallContext): Promise<OpenResult> {
    return this.during(call, () => this.begin());
  }

  private async begin(): Promise<OpenResult> {
    const generator = new HostGenerator(this.request, this.params);
    this.finished = executeRun(this.request, generator, this);
    this.finished.catch((error: unknown) => this.opened.reject(error));
    const { parts } = await this.opened.promise;
    const { environment, storage = null, warnings } = parts.run();
    return { environment, storage, reused: parts.session.reused === true, warnings };
  }

  /** Waits for the end that the coordinator, or its loss, decides. */
  follow(led: LedRun): Promise<RunEnd> {
    this.opened.resolve(led);
    return this.ended.promise;
  }

  /** The session of the target. */
  async session(): Promise<TargetSession> {
    return (await this.opened.promise).parts.session;
  }

  /** Prepares this host's part of the dataset of a phase, or checks the whole dataset. */
  async prepare({ phase, part, after }: PrepareParams, call: CallContext): Promise<void> {
    const { parts } = await this.opened.promise;
    // This host may have had no part of that phase.
    if (after !== null) reportChanges(parts.session, after);
    await this.during(call, () =>
      prepareDataset(this.request, parts.session, phase, part ?? undefined),
    );
  }

  /** Times a phase together with the other hosts. */
  async phase(params: PhaseParams, call: CallContext) {
    const led = await this.opened.promise;
    const { phase, repetition, seed, pointOf, warns, resolved } = params;
    this.resolved = resolved;
    this.result = null;
    const { link, measured } = linkOf(params, call);
    const timing = {
      ...{ phase, repetition, warns, link },
      ...(seed === null ? {} : { seed }),
      ...(pointOf === null ? {} : { pointOf }),
    };
    const { end } = await this.during(call, () => led.time(timing));
    const result = this.takeResult();
    if (result !== null) return { result, ...measured() };
    throw end?.error ?? new PreflightError(end?.reason ?? `${phase.name}: no result`);
  }

  /** Ends the run and closes the target. */
  async finish({ keep, cutOff }: FinishParams, call: CallContext) {
    this.keepData = keep;
    if (cutOff.count > 0) (await this.session()).cutOff?.(cutOff);
    this.ended.resolve({ state: "complete", reason: null, error: null });
    return this.during(call, () => this.outcome());
  }

  /**
   * Stops the load, and ends the run unless the coordinator still does. If other hosts may still
   * load the data that this one holds, another one gets time to take it over.
   */
  lost(why: string): void {
    const reason = lossReason(why);
    this.abort.abort(new PreflightError(reason));
    const end = { state: "partial", reason, error: new PreflightError(reason) } as const;
    setTimeout(() => this.ended.resolve(end), waitAfterLossMs(this.params));
  }

  /** Resolves when the run has ended and its target is closed. */
  async over(): Promise<void> {
    await this.finished?.catch(() => {});
  }

  private async outcome(): Promise<FinishResult> {
    let warnings: readonly Warning[] = this.left;
    try {
      const finished = await this.finished;
      if (finished !== null) {
        warnings = finished.run.warnings;
        if (finished.folder !== null) removeRun(finished.folder);
      }
    } catch (error) {
      // Without load there is nothing to store; remaining data was reported.
      if (!(error instanceof PreflightError)) throw error;
    }
    const session = await this.session();
    const usage = [...(session.usage?.() ?? [])];
    const cutOff = session.unanswered?.() ?? { count: 0, isMost: false };
    return { warnings: [...warnings], usage, cutOff };
  }

  private async during<Value>(call: CallContext, work: () => Promise<Value>): Promise<Value> {
    this.call = call;
    const stop = (): void => this.abort.abort(new PreflightError(stopReason(call.signal)));
    call.signal.addEventListener("abort", stop, { once: true });
    try {
      if (call.signal.aborted) stop();
      return await work();
    } finally {
      call.signal.removeEventListener("abort", stop);
      this.call = null;
    }
  }

  private takeResult(): PhaseResult | null {
    return this.result;
  }

  private requestOf(params: OpenParams, context: AgentRunContext): RunRequest {
    const { plan, planHash, target, runId, folderName, assayVersion } = params;
    const keeps = () => this.keepData;
    return {
      ...context,
      resultsRemedy: `choose another directory with XDG_STATE_HOME on ${params.host.name}`,
      floors: context.clientLimits,
      ...{ plan, planHash, target, runId, folderName, assayVersion },
      reuseData: params.reuseData,
      get keepData() {
        return keeps();
      },
      cleanupTimeoutMs: params.cleanupTimeoutMs,
      signal: this.abort.signal,
      // The coordinator resolves each phase, the same on all hosts.
      resolve: () => this.resolved,
      events: this.events(),
    };
  }

  private events(): RunEvents {
    const nothing = (): void => {};
    return {
      started: nothing,
      preparing: (_phase, doneBytes, totalBytes, what) =>
        this.call?.event({ kind: "preparing", doneBytes, totalBytes, what }),
      warned: (_phase, message) => this.call?.event({ kind: "warning", message }),
      measuring: nothing,
      progress: nothing,
      finished: (result) => {
        this.result = result;
      },
      evaluated: nothing,
      cleaning: ({ doneBytes, totalBytes }) => this.call?.event({ doneBytes, totalBytes }),
      left: (warning) => this.left.push(warning),
    };
  }
}

/** Why a call is to end: the coordinator cancels it without a reason. */
function stopReason({ reason }: AbortSignal): string {
  return reason instanceof SessionEnded ? lossReason(reason.message) : "interrupted";
}

function lossReason(why: string): string {
  return `the coordinator was lost: ${why}`;
}

/** Loads the target with the threads of this process, as one host of several. */
class HostGenerator extends LocalGenerator {
  private readonly params: OpenParams;

  constructor(request: RunRequest, params: OpenParams) {
    super(request);
    this.params = params;
  }

  override open(options: OpenOptions): Promise<TargetSession> {
    const { role } = this.params;
    return super.open(role === "keeper" ? options : { ...options, member: true });
  }

  override hosts(): { readonly hosts: readonly HostRecord[]; readonly hostScope: HostScope } {
    const { host, scope } = this.params;
    return { hosts: [host], hostScope: scope };
  }
}
