import { PreflightError } from "../../model/fault/errors.ts";
import type { HostScope } from "../../model/run/hosts.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { HOLD, parsed, TOKEN } from "../run-calls.ts";
import { scopeByToken } from "../same-storage.ts";
import { toJson } from "../to-json.ts";
import { type Crew, callOn } from "./crew.ts";
import { refuseSameMachine } from "./same-machine.ts";

/** The write that finds whether hosts share a target. */
export interface TokenCheck {
  /** Name of the temporary data in the target, as a run has it. */
  readonly runId: string;
  readonly assayVersion: string;
  readonly signal: AbortSignal;
}

/**
 * Finds whether hosts share a target, without a run: the first host writes some bytes, the others
 * read them, and the first removes them.
 *
 * @throws PreflightError if a host cannot use the target, or only some hosts share it
 */
export async function sharedTarget(
  { hosts }: Crew,
  target: TargetSpec,
  { runId, assayVersion, signal }: TokenCheck,
): Promise<HostScope> {
  const [keeper, ...others] = hosts;
  if (keeper === undefined) throw new Error("a check needs a host");
  const written = Promise.withResolvers<string | null>();
  const params = { target: toJson(keeper.targetOf(target)), runId, assayVersion };
  const call = callOn(keeper, "hold", params, {
    signal,
    event: (value) => written.resolve(parsed(HOLD.event, value, keeper.name).token),
  });
  call.result.catch((error: unknown) => written.reject(error));
  const token = await written.promise;
  const scope = scopeOf().finally(() => call.note(null));
  // The token is removed in any case; a reason why hosts differ is more important than its rest.
  const [found, held] = await Promise.allSettled([scope, call.result]);
  if (found.status === "rejected") throw found.reason;
  if (held.status === "rejected") throw held.reason;
  const { left } = parsed(HOLD.result, held.value, keeper.name);
  if (left.length > 0) throw new PreflightError(`${keeper.name}: ${left.join("; ")}`);
  return found.value;

  async function scopeOf(): Promise<HostScope> {
    const answers = await Promise.all(
      others.map(async (host) => {
        const asked = { target: toJson(host.targetOf(target)), runId, expected: token ?? "" };
        if (token === null) return { name: host.name, reason: null };
        const value = await callOn(host, "token", asked, { signal }).result;
        return { name: host.name, reason: parsed(TOKEN.result, value, host.name).problem };
      }),
    );
    const isPrivate = token === null || others.length === 0;
    const first = hosts[0]?.name ?? "";
    const scope = isPrivate ? "private" : scopeByToken(target.kind, first, answers);
    if (scope === "private") refuseSameMachine(target, hosts);
    return scope;
  }
}
