import { afterAll } from "vitest";
import { setEnvironment } from "./env.ts";
import { serverNamed } from "./minio.ts";

/** AWS's APIs, imitated, for the tests of one file; the SDK's variables name them. */
export interface TestApis {
  /** False if moto is not available; the reason is printed. */
  readonly available: boolean;
  readonly endpoint: string;
}

/** Variables by which a machine's own settings would reach the SDK. */
const OTHERS = { AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined } as const;

/** Starts moto, or finds it started by another file. */
export async function useMoto(): Promise<TestApis> {
  const started = await serverNamed("moto");
  if ("unavailable" in started) {
    process.stderr.write(`skipped: ${started.unavailable}\n`);
    return { available: false, endpoint: "" };
  }
  const before = setEnvironment({ ...OTHERS, ...started.environment });
  afterAll(() => void setEnvironment(before));
  return { available: true, endpoint: started.endpoint };
}
