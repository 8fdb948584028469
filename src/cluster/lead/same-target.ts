import { PreflightError } from "../../model/fault/errors.ts";
import type { HostScope } from "../../model/run/hosts.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { HOLD, parsed, TOKEN } from "../run-calls.ts";
import { scopeByToken, type TokenAnswer } from "../same-storage.ts";
import { toJson } from "../to-json.ts";
import type { Crew, CrewHost } from "./crew.ts";
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
  const [keeper] = hosts;
  if (keeper === undefined) throw new Error("a check needs a host");
  const written = Promise.withResolvers<string | null>();
  const params = { target: toJson(keeper.targetOf(target)), runId, assayVersion };
  const call = keeper.session.call("hold", params, {
    signal,
    event: (value) => written.resolve(parsed(HOLD.event, value, keeper.name).token),
  });
  call.result.catch((error: unknown) => written.reject(error));
  const token = await written.promise;
  const seen = scopeByContent(hosts, target, { runId, token, signal });
  const scope = seen.then((found) => found.scope).finally(() => call.note(null));
  // The token is removed in any case; a reason why hosts differ is more important than its rest.
  const [found, held] = await Promise.allSettled([scope, call.result]);
  if (found.status === "rejected") throw found.reason;
  if (held.status === "rejected") throw held.reason;
  const { left } = parsed(HOLD.result, held.value, keeper.name);
  if (left.length > 0) throw new PreflightError(`${keeper.name}: ${left.join("; ")}`);
  return found.value;
}

/** A token that the first of some hosts wrote to the target; null: the target holds none. */
export interface WrittenToken {
  readonly runId: string;
  readonly token: string | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds by content, never by device number, which hosts see the storage of the first one. Returns
 * what the others answered, too.
 *
 * @throws PreflightError if only some hosts share the target, or one machine would load it twice
 */
export async function scopeByContent(
  hosts: readonly CrewHost[],
  target: TargetSpec,
  { runId, token, signal }: WrittenToken,
): Promise<{ readonly scope: HostScope; readonly answers: readonly TokenAnswer[] }> {
  const [keeper, ...others] = hosts;
  const asked = token === null ? [] : others;
  const answers = await Promise.all(
    asked.map(async ({ name, session, targetOf }) => {
      const params = { target: toJson(targetOf(target)), runId, expected: token };
      const on = signal === undefined ? {} : { signal };
      const value = await session.call("token", params, on).result;
      return { name, reason: parsed(TOKEN.result, value, name).problem };
    }),
  );
  const isPrivate = keeper === undefined || asked.length === 0;
  const scope = isPrivate ? "private" : scopeByToken(target.kind, keeper.name, answers);
  if (scope === "private") refuseSameMachine(target, hosts);
  return { scope, answers };
}
