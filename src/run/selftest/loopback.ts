import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Location } from "../../model/plan/dataset.ts";
import { threadModule } from "../../model/thread-module.ts";

const THREAD = threadModule("./loopback-thread", import.meta.url);

/** An S3 server on this host that responds immediately and stores nothing. */
export interface Loopback {
  readonly location: Location;
  close(): Promise<void>;
}

/**
 * Environment with credentials for the loopback server, which does not check them: clients send no
 * request without credentials. Removes the user's profile, which would take precedence.
 */
export function loopbackEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...others } = env;
  return { ...others, AWS_ACCESS_KEY_ID: "loopback", AWS_SECRET_ACCESS_KEY: "loopback" };
}

/** Starts the server in a separate thread. */
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
