import { randomUUID } from "node:crypto";
import { dialIn } from "../../../src/cluster/dial/agent.ts";
import { makeHello } from "../../../src/cluster/hello.ts";
import { withPulse } from "../../../src/cluster/pulse.ts";
import { type Handler, serve } from "../../../src/cluster/serve.ts";
import { SYSTEM_ROOTS } from "../../../src/environment/machine/roots.ts";
import { METHODS } from "../methods.ts";
import { GROUP, type Way, wayTo } from "./group.ts";

/** An agent in this process, of which a test can have many. */
export interface InProcess {
  readonly incarnation: string;
  /** Names of the methods that were called. */
  readonly called: readonly string[];
  /** Resolves with the end of its session, or with the reason for which it could not dial. */
  readonly ended: Promise<string>;
  /** Ends it as a signal does. */
  leave(): void;
}

/** Starts an agent that dials from this process. */
export function startInProcess(url: string, more: Partial<Way> = {}): InProcess {
  const incarnation = randomUUID();
  const hello = { ...makeHello("1.2.3", process.env, SYSTEM_ROOTS), incarnation };
  const called: string[] = [];
  const methods = Object.fromEntries(
    Object.entries(METHODS).map(([name, method]) => {
      const handler: Handler = (params, call) => {
        called.push(name);
        return method(params, call);
      };
      return [name, handler];
    }),
  );
  const signal = new AbortController();
  const run = async (): Promise<string> => {
    const { hostName } = hello;
    const channel = await dialIn({ ...wayTo(url, GROUP, more), incarnation, hostName });
    return serve(withPulse(channel), hello, methods, signal.signal);
  };
  const ended = run().catch((error: Error) => `${error.name}: ${error.message}`);
  return { incarnation, called, ended, leave: () => signal.abort() };
}
