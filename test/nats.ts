import { afterAll } from "vitest";
import { type NatsOptions, startNats } from "../src/testbed/nats/nats.ts";
import type { NatsServer } from "../src/testbed/nats/server.ts";

/** A nats-server for the tests of one file. */
export interface TestNats {
  /** False if nats-server is not available; the reason is printed. */
  readonly available: boolean;
  readonly server: NatsServer;
}

/** Starts a nats-server, which is stopped after the last test of the file. */
export async function useNats(options: NatsOptions): Promise<TestNats> {
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const started = await startNats({ log, ...options });
  if ("unavailable" in started) {
    log(`skipped: ${started.unavailable}`);
    return {
      available: false,
      get server(): never {
        throw new Error(started.unavailable);
      },
    };
  }
  afterAll(() => started.stop());
  return { available: true, server: started };
}
