import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Location } from "../../model/plan/dataset.ts";
import { threadModule } from "../../model/thread-module.ts";

const THREAD = threadModule("./loopback-thread", import.meta.url);

/** A store on this machine that answers at once and keeps nothing. */
export interface Loopback {
  readonly location: Location;
  close(): Promise<void>;
}

/**
 * An environment in which clients of the loop-back store sign with these: nobody checks them, but
 * without any no request leaves. A profile of the user's would go before them.
 */
export function loopbackEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...others } = env;
  return { ...others, AWS_ACCESS_KEY_ID: "loopback", AWS_SECRET_ACCESS_KEY: "loopback" };
}

/** Starts the store in a thread of its own. */
export async function startLoopback(): Promise<Loopback> {
  const worker = new Worker(THREAD, { name: "loopback" });
  const [port] = await once(worker, "message");
  const address = {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    bucket: "loopback",
    prefix: "",
    pathStyle: true,
  };
  return {
    location: { kind: "bucket", address, root: "" },
    close: async () => {
      await worker.terminate();
    },
  };
}
