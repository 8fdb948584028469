import { afterAll } from "vitest";
import { startMoto } from "../scripts/moto.ts";
import { setEnvironment } from "./env.ts";

/** AWS's APIs, imitated, for the tests of one file; the SDK's variables name them. */
export interface TestApis {
  /** False where there is no moto; the reason was printed. */
  readonly available: boolean;
  readonly endpoint: string;
}

/** Variables by which a machine's own settings would reach the SDK. */
const OTHERS = { AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined } as const;

/** Starts moto; it is gone after the file's last test. */
export async function useMoto(): Promise<TestApis> {
  const started = await startMoto();
  if ("unavailable" in started) {
    process.stderr.write(`skipped: ${started.unavailable}\n`);
    return { available: false, endpoint: "" };
  }
  const before = setEnvironment({ ...OTHERS, ...started.environment });
  afterAll(async () => {
    setEnvironment(before);
    await started.stop();
  });
  return { available: true, endpoint: started.endpoint };
}
