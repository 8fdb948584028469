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

/** A value that a user's surroundings set, and what set it: `region of the profile dev`. */
export interface Setting<T = string> {
  readonly value: T;
  readonly by: string;
}

/** What the environment and the shared AWS configuration say of how buckets are reached. */
export interface AwsSettings {
  readonly profile?: Setting;
  readonly endpoint?: Setting;
  readonly region?: Setting;
  readonly fips?: Setting<boolean>;
  readonly dualStack?: Setting<boolean>;
  readonly pathStyle?: Setting<boolean>;
  readonly problems: readonly SettingProblem[];
}

/** A setting that cannot be understood, in one sentence. Never repeats a value: secrets. */
interface SettingProblem {
  readonly field: "endpoint" | "fips" | "dualStack" | "pathStyle";
  readonly message: string;
}

interface Reader {
  readonly env: Env;
  /** The profile as both files have it; where both say something, `config` goes first. */
  readonly profile: Readonly<Record<string, string | undefined>>;
  readonly of: string;
  readonly problems: SettingProblem[];
}

/**
 * Reads settings as the AWS SDKs define them: the environment before the profile, and there a
 * `services` section before the profile itself. This is the only reader: the SDK's clients are kept
 * from looking for themselves, so that preparation, both engines, label and clean-up agree.
 *
 * @param chosen the profile that the user named; null: AWS_PROFILE, else `default`
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function awsSettings(
  chosen: string | null,
  env: Env,
  { config, credentials }: AwsFiles,
): AwsSettings {
  const name = chosen ?? (env.AWS_PROFILE || "default");
  const profile = { ...credentials[name], ...config[name] };
  const reader: Reader = { env, profile, of: `of the profile ${name}`, problems: [] };
  const endpoint = endpointOf(reader, config);
  const region = regionOf(reader, credentials[name]?.region);
  const fips = flagOf(reader, "fips", "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
  const dualStack = flagOf(
    reader,
    "dualStack",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "use_dualstack_endpoint",
  );
  const pathStyle = addressingOf(reader);
  const named = chosen === null ? variableOf(env, "AWS_PROFILE") : null;
  return {
    ...(named !== null && { profile: named }),
    ...(endpoint !== null && { endpoint }),
    ...(region !== null && { region }),
    ...(fips !== null && { fips }),
    ...(dualStack !== null && { dualStack }),
    ...(pathStyle !== null && { pathStyle }),
    problems: reader.problems,
  };
}

/** The first of some variables that is set. */
function variableOf(env: Env, ...names: readonly string[]): Setting | null {
  for (const name of names) {
    const value = env[name];
    if (value) return { value, by: inEnvironment(name) };
  }
  return null;
}

const inEnvironment = (name: string): string => `${name} in the environment`;

function endpointOf(reader: Reader, config: AwsFiles["config"]): Setting | null {
  const { env, profile, of, problems } = reader;
  const ignored = flagOf(
    reader,
    "endpoint",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "ignore_configured_endpoint_urls",
  );
  if (ignored?.value === true) return null;
  const found = variableOf(env, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
  if (found !== null) return found;
  if (profile.services) {
    const section = config[`services.${profile.services}`];
    // The SDK passes over it and asks AWS, which nobody meant who wrote it.
    if (section === undefined) {
      const message = `the services section ${of} is not in the AWS configuration`;
      problems.push({ field: "endpoint", message: `${message}: correct its name` });
    }
    const value = section?.["s3.endpoint_url"];
    if (value) return { value, by: `endpoint_url of the services ${profile.services} ${of}` };
  }
  const { endpoint_url: value } = profile;
  return value ? { value, by: `endpoint_url ${of}` } : null;
}

/** Of the region the SDK lets the file of credentials go first. */
function regionOf({ env, profile, of }: Reader, inCredentials: string | undefined): Setting | null {
  const found = variableOf(env, "AWS_REGION", "AWS_DEFAULT_REGION");
  if (found !== null) return found;
  const value = inCredentials || profile.region;
  return value ? { value, by: `region ${of}` } : null;
}

function flagOf(
  { env, profile, of, problems }: Reader,
  field: SettingProblem["field"],
  variable: string,
  key: string,
): Setting<boolean> | null {
  const said: readonly (readonly [text: string | undefined, by: string])[] = [
    [env[variable], inEnvironment(variable)],
    [profile[key], `${key} ${of}`],
  ];
  const [text, by] = said.find(([one]) => one) ?? [];
  if (!text || by === undefined) return null;
  const word = text.toLowerCase();
  if (word === "true" || word === "false") return { value: word === "true", by };
  problems.push({ field, message: `${by}: expected \`true\` or \`false\`` });
  return null;
}

/** `addressing_style` below `s3 =`, as the AWS CLI has it; `auto` leaves it to the endpoint. */
function addressingOf({ profile, of, problems }: Reader): Setting<boolean> | null {
  const style = profile["s3.addressing_style"];
  if (!style || style === "auto") return null;
  const by = `addressing_style ${of}`;
  if (style === "path" || style === "virtual") return { value: style === "path", by };
  const message = `${by}: expected \`auto\`, \`path\` or \`virtual\``;
  problems.push({ field: "pathStyle", message });
  return null;
}
