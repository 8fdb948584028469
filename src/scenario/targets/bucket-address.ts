import { resolve } from "node:path";
import { isAmazon } from "../../model/target/amazon.ts";
import { expectedKeyPrefix, leadsElsewhere } from "../../model/target/key-prefix.ts";
import { KIND, OFF_AWS_KINDS, type TargetKind } from "../../model/target/kind.ts";
import type { Address, ReachedBy } from "../../model/target/target.ts";
import type { Env } from "../../yaml/interpolate.ts";
import type { AwsFiles } from "./aws-settings.ts";
import { type AwsSettings, awsSettings, type Setting } from "./aws-settings.ts";
import type { TargetText } from "./targets-schema.ts";

/** A problem of a target, at one of its fields. Never repeats an endpoint, which may be secret. */
export interface TargetFault {
  readonly field: keyof TargetText;
  /** Key below the field. */
  readonly below?: string;
  readonly message: string;
}

/** An address, or all its problems. */
export type Built =
  | { readonly address: Address; readonly reachedBy?: ReachedBy }
  | { readonly faults: readonly TargetFault[] };

/** Fields that select one of the AWS endpoints; other S3 servers have none. */
const AMAZON_WAYS = ["accelerate", "dualStack", "fips"] as const;

/** Fields of a target that describe access to a bucket. */
export const BUCKET_FIELDS = [
  "bucket",
  "prefix",
  "region",
  "endpoint",
  "pathStyle",
  "ca",
  "profile",
  ...AMAZON_WAYS,
  "requesterPays",
] as const;

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ACCESS_POINT = /^arn:aws[a-z-]*:s3[a-z-]*:[a-z0-9-]*:[0-9]{12}:[a-z]+[/:][A-Za-z0-9./:-]+$/;
/** A region, which becomes a label of a host name. */
export const REGION = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Names of directory buckets contain their zone: `name--use1-az4--x-s3`. */
const DIRECTORY_BUCKET = /--[a-z0-9-]+--x-s3$/;

/** Returns the scheme and host of an endpoint, or a problem that does not repeat its text. */
export function parseEndpoint(
  text: string,
): { readonly endpoint: string } | { readonly problem: string } {
  const expected = "expected a URL such as `http://127.0.0.1:9000` or `https://s3.example.org`";
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) return { problem: expected };
  if (url.username !== "" || url.password !== "") {
    return {
      problem:
        "the endpoint contains credentials; remove them from the URL and use the environment or " +
        "a profile",
    };
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return { problem: `${expected}, without a path after the host` };
  }
  return { endpoint: `${url.protocol}//${url.host}` };
}

/** Sources of defaults: environment variables and the AWS configuration. */
export interface AddressDefaults {
  readonly env: Env;
  /** Directory that relative paths start at. */
  readonly base: string;
  readonly files: AwsFiles;
}

/**
 * Returns how a bucket is reached. The target takes precedence over the environment, and the
 * environment over the profile of the AWS configuration.
 */
export function bucketAddress(
  kind: TargetKind,
  target: TargetText,
  { env, base, files }: AddressDefaults,
): Built {
  const { bucket = "", prefix = "" } = target;
  const found = awsSettings(target.profile ?? null, env, files);
  const faults: TargetFault[] = [...nameFaults(kind, bucket)];
  const expected = expectedKeyPrefix(prefix);
  if (expected !== null) faults.push({ field: "prefix", message: `expected ${expected}` });
  faults.push(...found.problems.filter(({ field }) => target[field] === undefined));
  const { reached, problem } = readEndpoints(target.endpoint, found.endpoint);
  if (problem !== null) return { faults: [...faults, { field: "endpoint", message: problem }] };
  faults.push(...endpointFaults(kind, target, found, reached));
  const { region, by: regionBy, fips: fipsRegion } = regionOf(target, found, bucket);
  if (!REGION.test(region)) {
    const from = regionBy === undefined ? "" : `${regionBy}: `;
    faults.push({ field: "region", message: `${from}expected a region such as \`eu-west-1\`` });
  }
  if (faults.length > 0) return { faults };
  const [first] = reached;
  const own = !reached.every(isAmazon);
  const profile = target.profile ?? found.profile?.value;
  const fips = target.fips ?? (fipsRegion || found.fips?.value);
  const dualStack = target.dualStack ?? found.dualStack?.value;
  return {
    address: {
      kind: "bucket",
      ...(first !== undefined && { endpoint: first }),
      ...(reached.length > 1 && { endpoints: reached }),
      region,
      bucket,
      prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
      pathStyle: target.pathStyle ?? found.pathStyle?.value ?? own,
      ...(target.ca !== undefined && { caPath: resolve(base, target.ca) }),
      ...(profile !== undefined && { profile }),
      ...waysOf({ ...target, fips, dualStack }),
    },
    ...reachedBy(target, { ...found, regionBy }),
  };
}

/** Returns the parts of the address that have defaults, with the origin of each. */
function reachedBy(
  target: TargetText,
  found: AwsSettings & { readonly regionBy: string | undefined },
): { readonly reachedBy?: ReachedBy } {
  const names = ["endpoint", "pathStyle", "profile", "fips", "dualStack"] as const;
  const defaults = names.flatMap((name) => {
    const { value, by } = found[name] ?? {};
    const idle = name !== "pathStyle" && value === false;
    return by === undefined || idle || target[name] !== undefined ? [] : [[name, by] as const];
  });
  const region = found.regionBy === undefined ? [] : [["region", found.regionBy] as const];
  const all = [...defaults, ...region];
  return all.length === 0 ? {} : { reachedBy: Object.fromEntries(all) };
}

/** Returns the scheme and host of each endpoint; none for AWS. */
function readEndpoints(
  declared: string | undefined,
  found: Setting | undefined,
): { readonly reached: readonly string[]; readonly problem: string | null } {
  const given = (declared ?? found?.value)?.split(",") ?? [];
  const parsed = given.map((url) => parseEndpoint(url.trim()));
  const wrong = parsed.find((one) => "problem" in one);
  const from = declared === undefined ? `${found?.by}: ` : "";
  return {
    reached: parsed.flatMap((one) => ("problem" in one ? [] : [one.endpoint])),
    problem: wrong !== undefined && "problem" in wrong ? from + wrong.problem : null,
  };
}

/**
 * Returns the region and its origin. As in the SDK, the ARN of an access point takes precedence,
 * and `fips-us-east-1` selects FIPS in us-east-1.
 */
function regionOf(
  target: TargetText,
  found: AwsSettings,
  bucket: string,
): { readonly region: string; readonly by: string | undefined; readonly fips: boolean } {
  const ofPoint = /^arn:[^:]*:[^:]*:([^:]+):/.exec(bucket)?.[1];
  if (ofPoint !== undefined) return { region: ofPoint, by: "the bucket's ARN", fips: false };
  const { value, by } =
    target.region === undefined
      ? (found.region ?? { value: "us-east-1", by: "the default" })
      : { value: target.region, by: undefined };
  const region = value.replace(/^fips-|-fips$/, "");
  return { region, by, fips: region !== value };
}

/** Returns only fields that are true, so that a stored target has no others. */
function waysOf(
  target: Pick<TargetText, "accelerate" | "requesterPays"> & {
    readonly dualStack: boolean | undefined;
    readonly fips: boolean | undefined;
  },
) {
  return {
    ...(target.accelerate === true && { accelerate: true }),
    ...(target.dualStack === true && { dualStack: true }),
    ...(target.fips === true && { fips: true }),
    ...(target.requesterPays === true && { requesterPays: true }),
  };
}

function nameFaults(kind: TargetKind, bucket: string): readonly TargetFault[] {
  const fault = (message: string): readonly TargetFault[] => [{ field: "bucket", message }];
  if (bucket === "") return fault(`\`bucket\` is missing; kind \`${kind}\` requires one`);
  if (KIND[kind].isDirectoryBucket) {
    if (BUCKET_NAME.test(bucket) && DIRECTORY_BUCKET.test(bucket)) return [];
    return fault("expected the name of a directory bucket, which ends e.g. in `--use1-az4--x-s3`");
  }
  const isPoint = kind === "s3" && ACCESS_POINT.test(bucket) && !leadsElsewhere(bucket);
  if (BUCKET_NAME.test(bucket) || isPoint) return [];
  return fault(
    "expected a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens" +
      (bucket.startsWith("arn:") ? "; or the ARN of an access point" : ""),
  );
}

function endpointFaults(
  kind: TargetKind,
  target: TargetText,
  found: AwsSettings,
  reached: readonly string[],
): readonly TargetFault[] {
  const faults: TargetFault[] = [];
  if (OFF_AWS_KINDS.has(kind) && reached.length === 0) {
    const example = "`http://127.0.0.1:9000`";
    const message = `\`endpoint\` is missing; kind \`${kind}\` requires one such as ${example}`;
    faults.push({ field: "endpoint", message });
  }
  if (target.ca !== undefined && reached.some((endpoint) => endpoint.startsWith("http:"))) {
    const message = "`ca` requires an `https:` endpoint, but this one is not encrypted";
    faults.push({ field: "ca", message });
  }
  const { endpoint, fips, dualStack } = found;
  const set = { accelerate: undefined, fips, dualStack };
  const way = AMAZON_WAYS.find((name) => target[name] ?? set[name]?.value);
  if (way !== undefined && reached.length > 0) {
    const by = target[way] === undefined ? ` (${set[way]?.by})` : "";
    const elsewhere =
      target.endpoint === undefined
        ? `; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true ignores the ${endpoint?.by}`
        : "";
    const message = `\`${way}\`${by} selects an AWS endpoint; remove \`endpoint\``;
    faults.push({ field: way, message: message + elsewhere });
  }
  if (target.accelerate === true) faults.push(...accelerationFaults(kind, target, found));
  return faults;
}

function accelerationFaults(
  kind: TargetKind,
  { bucket = "", ...target }: TargetText,
  found: AwsSettings,
): readonly TargetFault[] {
  const fips = target.fips ?? found.fips?.value;
  const pathStyle = target.pathStyle ?? found.pathStyle?.value;
  const plain = !bucket.includes(".") && !bucket.startsWith("arn:") && kind === "s3";
  if (plain && fips !== true && pathStyle !== true) return [];
  const message =
    "`accelerate` requires the name of a general purpose bucket without dots; it does not " +
    "support `fips` and `pathStyle`";
  return [{ field: "accelerate", message }];
}
