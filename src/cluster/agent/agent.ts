/**
 * The agent's side of runs on several hosts: the methods that a coordinator calls. A run is opened,
 * prepared and timed as one on this host alone would be, but in step with the other hosts
 * (`link-of.ts`). Read this file first, then `agent-run.ts`.
 */
import { join } from "node:path";
import type { z } from "zod";
import { ENGINES, probeEngines } from "../../engine/index.ts";
import { describeEnvironment } from "../../environment/index.ts";
import { learnStorage } from "../../environment/knowledge.ts";
import { readHostLimits } from "../../environment/machine/host-limits.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { ClientLimits } from "../../model/run/harness.ts";
import { clientLimitsPath, readClientLimits } from "../../run/selftest/client-limit-store.ts";
import { readToken, writeToken } from "../../storage/index.ts";
import type { LOOK } from "../run-calls.ts";
import type { CallContext, Handler } from "../serve.ts";
import { AgentRun } from "./agent-run.ts";
import type { Allow } from "./allow.ts";
import { storageFacts } from "./look.ts";
import { guarded, type Methods, type PARAMS } from "./methods.ts";
import { stateHome } from "./state-home.ts";
import { hold } from "./token.ts";

/** The process of an agent. */
export interface AgentContext {
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  /** Storage that the agent may use; null: everything. */
  readonly allow: Allow | null;
  /** Called if a call to the storage was abandoned, and may still block a thread. */
  readonly onStuck: () => void;
}

/** The methods of an agent, and the end of what they began. */
export interface Agent {
  readonly methods: Readonly<Record<string, Handler>>;
  /**
   * Ends the run that is open, because the coordinator is lost or left without ending it; the
   * results so far stay on this host. False if no run is open.
   */
  readonly lost: (why: string) => boolean;
  /** Resolves when no run is open any more. */
  readonly over: () => Promise<void>;
}

/** Makes the methods of an agent, which has one run at a time. */
export function makeAgent(context: AgentContext): Agent {
  let run: AgentRun | null = null;
  const current = (): AgentRun => {
    if (run === null) throw new PreflightError("no run is open on this host");
    return run;
  };
  const methods: Methods = {
    look: (params) => look(params, context),
    async open(params, call) {
      run = new AgentRun(params, {
        resultsFolder: agentFolder(context.env),
        clientLimits: await floorsOf(context),
        learn: (environment) => {
          const { offline, target } = params;
          return learnStorage(target, environment, { offline, env: context.env });
        },
        onStuck: context.onStuck,
      });
      return run.open(call);
    },
    token: (params, call) => token(params, call, run),
    hold: async (params, call) => ({ left: await hold(params, call) }),
    async prepare(params, call) {
      await current().prepare(params, call);
      return {};
    },
    phase: (params, call) => current().phase(params, call),
    async takeOver() {
      const session = await current().session();
      if (session.takeOver === undefined) throw new PreflightError("hosts cannot share the target");
      await session.takeOver();
      return {};
    },
    async finish(params, call) {
      const finished = await current().finish(params, call);
      run = null;
      return finished;
    },
  };
  return {
    methods: guarded(methods, context.allow),
    lost(why) {
      run?.lost(why);
      return run !== null;
    },
    over: async () => {
      await run?.over();
    },
  };
}

async function look(
  { target, ring }: z.output<typeof PARAMS.look>,
  context: AgentContext,
): Promise<z.output<typeof LOOK.result>> {
  const engines = ring ? await probeEngines() : ENGINES;
  const refusals = Object.entries(engines).flatMap(([name, { refusal }]) =>
    refusal === undefined ? [] : [[name, refusal] as const],
  );
  return {
    refusals: Object.fromEntries(refusals),
    limits: readHostLimits(),
    facts: target === null ? null : await storageFacts(target),
    hasFloors: (await floorsOf(context)) !== null,
  };
}

async function token(
  { target, runId, expected }: z.output<typeof PARAMS.token>,
  { signal }: CallContext,
  run: AgentRun | null,
) {
  if (expected === null) {
    if (run === null) throw new PreflightError("no run is open on this host");
    const session = await run.session();
    const written = session.writeToken === undefined ? null : await writeToken(session);
    return { token: written, problem: null };
  }
  const problem = await readToken(target, runId, expected, undefined, signal);
  return { token: null, problem };
}

/** Client limits of this host; null if no selftest was run. */
async function floorsOf({ version, env }: AgentContext): Promise<ClientLimits | null> {
  return readClientLimits(clientLimitsPath(await describeEnvironment(null), version, env));
}

/** Folder of the runs of this host as an agent: one stays only if its coordinator was lost. */
export function agentFolder(env: NodeJS.ProcessEnv): string {
  return join(stateHome(env), "agent");
}
