import { homedir } from "node:os";
import { join } from "node:path";
import type { Env } from "../../yaml/interpolate.ts";

type Sections = Readonly<Record<string, Readonly<Record<string, string | undefined>> | undefined>>;

/** The shared AWS configuration: sections by name, `services.local` that of `[services local]`. */
export interface AwsFiles {
  readonly config: Sections;
  readonly credentials: Sections;
}

/** No file at all, as on a machine that was never set up for AWS. */
export const NO_AWS_FILES: AwsFiles = { config: {}, credentials: {} };

/**
 * Reads `~/.aws/config` and `~/.aws/credentials`, or what AWS_CONFIG_FILE and
 * AWS_SHARED_CREDENTIALS_FILE name, with the SDK's own parser. A file that cannot be read is empty,
 * as it is for the SDK.
 */
export async function readAwsFiles(env: Env): Promise<AwsFiles> {
  const { loadSharedConfigFiles } = await import("@smithy/core/config");
  const folder = join(env.HOME || homedir(), ".aws");
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    configFilepath: env.AWS_CONFIG_FILE || join(folder, "config"),
    filepath: env.AWS_SHARED_CREDENTIALS_FILE || join(folder, "credentials"),
    ignoreCache: true,
  });
  return { config: configFile, credentials: credentialsFile };
}
