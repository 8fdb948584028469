import { homedir } from "node:os";
import { join } from "node:path";
import type { Env } from "../../yaml/interpolate.ts";

type Sections = Readonly<Record<string, Readonly<Record<string, string | undefined>> | undefined>>;

/** The shared AWS configuration: sections by name, `services.local` that of `[services local]`. */
export interface AwsFiles {
  readonly config: Sections;
  readonly credentials: Sections;
}

/** The configuration of a host without AWS configuration files. */
export const NO_AWS_FILES: AwsFiles = { config: {}, credentials: {} };

/**
 * Reads `~/.aws/config` and `~/.aws/credentials`, or the files of AWS_CONFIG_FILE and
 * AWS_SHARED_CREDENTIALS_FILE, with the parser of the SDK. An unreadable file counts as empty, as
 * in the SDK.
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

/** A value from the environment or a profile. `by`: its origin, `region of the profile dev`. */
export interface Setting<T = string> {
  readonly value: T;
  readonly by: string;
}

/** Settings for access to buckets from the environment and the shared AWS configuration. */
export interface AwsSettings {
  readonly profile?: Setting;
  readonly endpoint?: Setting;
  readonly region?: Setting;
  readonly fips?: Setting<boolean>;
  readonly dualStack?: Setting<boolean>;
  readonly pathStyle?: Setting<boolean>;
  readonly problems: readonly SettingProblem[];
}

/** An invalid setting. The message never repeats the value, which may be a secret. */
interface SettingProblem {
  readonly field: "endpoint" | "fips" | "dualStack" | "pathStyle";
  readonly message: string;
}

interface Reader {
  readonly env: Env;
  /** The profile, merged from both files; `config` takes precedence. */
  readonly profile: Readonly<Record<string, string | undefined>>;
  readonly of: string;
  readonly problems: SettingProblem[];
}

/**
 * Reads settings as the AWS SDKs define them: the environment takes precedence over the profile,
 * and a `services` section over the profile itself. The SDK's clients do not read them again, so
 * that preparation, both engines, reports and cleanup use the same settings.
 *
 * @param chosen the profile of the target; null: AWS_PROFILE, else `default`
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

/** Returns the first variable that is set; null if none is. */
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
    // The SDK ignores a missing section and connects to AWS, which the user did not intend.
    if (section === undefined) {
      const message = `the services section ${of} is not in the AWS configuration`;
      problems.push({ field: "endpoint", message: `${message}; correct its name` });
    }
    const value = section?.["s3.endpoint_url"];
    if (value) return { value, by: `endpoint_url of the services ${profile.services} ${of}` };
  }
  const { endpoint_url: value } = profile;
  return value ? { value, by: `endpoint_url ${of}` } : null;
}

/** For the region, the credentials file takes precedence, as in the SDK. */
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
  const sources: readonly (readonly [text: string | undefined, by: string])[] = [
    [env[variable], inEnvironment(variable)],
    [profile[key], `${key} ${of}`],
  ];
  const [text, by] = sources.find(([one]) => one) ?? [];
  if (!text || by === undefined) return null;
  const word = text.toLowerCase();
  if (word === "true" || word === "false") return { value: word === "true", by };
  problems.push({ field, message: `${by}: expected \`true\` or \`false\`` });
  return null;
}

/** Reads `addressing_style` below `s3 =`, as the AWS CLI; `auto` depends on the endpoint. */
function addressingOf({ profile, of, problems }: Reader): Setting<boolean> | null {
  const style = profile["s3.addressing_style"];
  if (!style || style === "auto") return null;
  const by = `addressing_style ${of}`;
  if (style === "path" || style === "virtual") return { value: style === "path", by };
  const message = `${by}: expected \`auto\`, \`path\` or \`virtual\``;
  problems.push({ field: "pathStyle", message });
  return null;
}
