import { afterEach, beforeEach } from "vitest";
import { setEnvironment } from "../../env.ts";
import { answer, type FaultServer, type RawHandler, startFaultServer } from "./fault-server.ts";
import { type Driver, openDriver, type SessionOptions } from "./session.ts";

/** Size of the objects of a server that misbehaves. */
export const BYTES = 1000;
export const BODY = Buffer.alloc(BYTES, "x");
export const TAG = { ETag: '"one"' };
export const GOOD = answer(200, TAG, BODY);
/** Two ticks of silence are half a second. */
const OPTIONS: SessionOptions = {
  engine: "s3-wire",
  deadlines: { connectTicks: 4, silenceTicks: 2 },
  sizes: [BYTES, BYTES],
  operations: ["fetch", "create", "stat"],
};

/** Credentials for a server that checks none, around each test. */
export function useStubCredentials(): void {
  let before: Record<string, string | undefined> = {};
  beforeEach(() => {
    before = setEnvironment({
      AWS_ACCESS_KEY_ID: "stub-key",
      AWS_SECRET_ACCESS_KEY: "stub-secret",
    });
  });
  afterEach(() => void setEnvironment(before));
}

/** A session (default: s3-wire) on a server with scripted responses. */
export async function withFaults(
  handler: RawHandler,
  work: (driver: Driver, server: FaultServer) => Promise<void>,
  options: Partial<SessionOptions> = {},
): Promise<void> {
  await using server = await startFaultServer(handler);
  const { deadlines, ...rest } = { ...OPTIONS, ...options };
  const isWire = rest.engine === "s3-wire" && deadlines !== undefined;
  const driver = await openDriver(server.address, isWire ? { ...rest, deadlines } : rest);
  try {
    await work(driver, server);
  } finally {
    await driver.session.close();
  }
}
