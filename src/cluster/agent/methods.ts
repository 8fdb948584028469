import { z } from "zod";
import { PreflightError } from "../../model/fault/errors.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { FINISH, HOLD, LOOK, OPEN, PHASE, PREPARE, parsed, TOKEN } from "../run-calls.ts";
import type { CallContext, Handler } from "../serve.ts";
import { toJson } from "../to-json.ts";
import { type Allow, refusalOf } from "./allow.ts";

/** Parameters of all methods of an agent. A target is always their field `target`. */
export const PARAMS = {
  look: LOOK.params,
  open: OPEN.params,
  token: TOKEN.params,
  hold: HOLD.params,
  prepare: PREPARE.params,
  phase: PHASE.params,
  takeOver: z.null(),
  finish: FINISH.params,
} as const;

type Name = keyof typeof PARAMS;
/** Parameters as their schema returns them. */
type Params = { readonly [Method in Name]: z.output<(typeof PARAMS)[Method]> };

/** Methods of an agent; each gets parameters that were parsed and that the agent allows. */
export type Methods = {
  readonly [Method in Name]: (params: Params[Method], call: CallContext) => Promise<unknown>;
};

/**
 * Puts the check of parameters in front of all methods: their form, and whether the agent may use
 * their target.
 *
 * @param allow null: everything, because the user started the agent with a shell on its host
 */
export function guarded(methods: Methods, allow: Allow | null): Readonly<Record<Name, Handler>> {
  const schemas: { readonly [Method in Name]: z.ZodType<Params[Method]> } = PARAMS;
  const guard =
    <Method extends Name>(name: Method): Handler =>
    async (params, call) => {
      const given = parsed(schemas[name], params, "the coordinator");
      const refusal = allow === null ? null : refusalFor(allow, given);
      if (refusal !== null) throw new PreflightError(refusal);
      return toJson(await methods[name](given, call));
    };
  return {
    ...{ look: guard("look"), open: guard("open"), token: guard("token"), hold: guard("hold") },
    ...{ prepare: guard("prepare"), phase: guard("phase"), takeOver: guard("takeOver") },
    finish: guard("finish"),
  };
}

function refusalFor(allow: Allow, params: object | null): string | null {
  const { target = null } = (params ?? {}) as { readonly target?: TargetSpec | null };
  return target === null ? null : refusalOf(allow, target);
}
