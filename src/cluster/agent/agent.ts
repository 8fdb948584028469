/**
 * The agent's side of runs on several hosts: the methods that a coordinator calls. A run is opened,
 * prepared and timed as one on this host alone would be, but in step with the other hosts
 * (`link-of.ts`). Read this file first, then `agent-run.ts`.
 */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { ENGINES, probeEngines } from "../../engine/index.ts";
import { describeEnvironment } from "../../environment/index.ts";
import { learnStorage } from "../../environment/knowledge.ts";
import { readHostLimits } from "../../environment/machine/host-limits.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { ClientLimits } from "../../model/run/harness.ts";
import { clientLimitsPath, readClientLimits } from "../../run/selftest/client-limit-store.ts";
import { readToken, writeToken } from "../../storage/index.ts";
import type { Json } from "../channel.ts";
import { FINISH, HOLD, LOOK, OPEN, PHASE, PREPARE, parsed, TOKEN } from "../run-calls.ts";
import type { CallContext, Handler } from "../serve.ts";
import { toJson } from "../to-json.ts";
import { AgentRun } from "./agent-run.ts";
import { storageFacts } from "./look.ts";
import { hold } from "./token.ts";

const COORDINATOR = "the coordinator";

/** The process of an agent. */
export interface AgentContext {
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
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
  const methods: Record<string, Handler> = {
    look: async (params) => toJson(await look(parsed(LOOK.params, params, COORDINATOR), context)),
    async open(params, call) {
      const given = parsed(OPEN.params, params, COORDINATOR);
      run = new AgentRun(given, {
        resultsFolder: stateFolder(context.env),
        clientLimits: await floorsOf(context),
        learn: (environment) => {
          const { offline, target } = given;
          return learnStorage(target, environment, { offline, env: context.env });
        },
        onStuck: context.onStuck,
      });
      return toJson(await run.open(call));
    },
    token: async (params, call) => toJson(await token(params, call, run)),
    async hold(params, call) {
      const left = await hold(parsed(HOLD.params, params, COORDINATOR), call);
      return { left: [...left] };
    },
    async prepare(params, call) {
      await current().prepare(parsed(PREPARE.params, params, COORDINATOR), call);
      return {};
    },
    phase: async (params, call) =>
      toJson(await current().phase(parsed(PHASE.params, params, COORDINATOR), call)),
    async takeOver() {
      const session = await current().session();
      if (session.takeOver === undefined) throw new PreflightError("hosts cannot share the target");
      await session.takeOver();
      return {};
    },
    async finish(params, call) {
      const finished = await current().finish(parsed(FINISH.params, params, COORDINATOR), call);
      run = null;
      return toJson(finished);
    },
  };
  return {
    methods,
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
  { target, ring }: ReturnType<typeof LOOK.params.parse>,
  context: AgentContext,
): Promise<ReturnType<typeof LOOK.result.parse>> {
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

async function token(params: Json, { signal }: CallContext, run: AgentRun | null) {
  const { target, runId, expected } = parsed(TOKEN.params, params, COORDINATOR);
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

/**
 * Folder of the runs of this host as an agent (XDG Base Directory Specification:
 * `$XDG_STATE_HOME`, else `~/.local/state`). A run stays there only if its coordinator was lost.
 */
function stateFolder(env: NodeJS.ProcessEnv): string {
  const { XDG_STATE_HOME: home = "" } = env;
  const root = isAbsolute(home) ? home : join(homedir(), ".local", "state");
  return join(root, "assay", "agent");
}
