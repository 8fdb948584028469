import { resolve } from "node:path";
import { type Address, isAmazon, type TargetKind } from "../model/target.ts";
import type { Env } from "./interpolate.ts";
import type { TargetText } from "./targets-schema.ts";

/** What is wrong with a target, told at one of its fields. Never repeats an endpoint: secrets. */
export interface TargetFault {
  readonly field: keyof TargetText;
  /** Key below the field that it is about. */
  readonly below?: string;
  readonly message: string;
}

/** An address, or everything that is wrong with it. */
export type Built = { readonly address: Address } | { readonly faults: readonly TargetFault[] };

/** Ways to Amazon's own endpoints, which no other store has. */
const AMAZON_WAYS = ["accelerate", "dualStack", "fips"] as const;

/** Fields of a target that say how a bucket is reached. */
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
/** A part of a host name. */
const REGION = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Directory buckets carry their zone: `name--use1-az4--x-s3`. */
const DIRECTORY_BUCKET = /--[a-z0-9-]+--x-s3$/;

/** An endpoint without what must not be in one, or the reason in words that do not repeat it. */
export function parseEndpoint(
  text: string,
): { readonly endpoint: string } | { readonly problem: string } {
  const expected = "expected a URL such as `http://127.0.0.1:9000` or `https://s3.example.org`";
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) return { problem: expected };
  if (url.username !== "" || url.password !== "") {
    return {
      problem:
        "the endpoint holds credentials, which never stand in a URL: " +
        "use the environment or a profile",
    };
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return { problem: `${expected}, with nothing after the host` };
  }
  return { endpoint: `${url.protocol}//${url.host}` };
}

/** Endpoint that the environment names for S3, as the AWS SDK reads it. */
export function endpointOf(env: Env): string | undefined {
  return env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
}

export function bucketAddress(kind: TargetKind, target: TargetText, env: Env, base: string): Built {
  const { bucket = "", prefix = "" } = target;
  const faults: TargetFault[] = [...nameFaults(kind, bucket)];
  if (prefix.startsWith("/") || prefix.includes("//")) {
    const message = "expected a key prefix such as `bench/`, without empty parts";
    faults.push({ field: "prefix", message });
  }
  const given = (target.endpoint ?? endpointOf(env))?.split(",") ?? [];
  const parsed = given.map((url) => parseEndpoint(url.trim()));
  const wrong = parsed.find((one) => "problem" in one);
  if (wrong !== undefined && "problem" in wrong) {
    const from = target.endpoint === undefined ? "AWS_ENDPOINT_URL in the environment: " : "";
    return { faults: [...faults, { field: "endpoint", message: from + wrong.problem }] };
  }
  const reached = parsed.flatMap((one) => ("problem" in one ? [] : [one]));
  faults.push(...endpointFaults(kind, target, reached));
  const region = target.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || "us-east-1");
  if (!REGION.test(region)) {
    const from = target.region === undefined ? "AWS_REGION in the environment: " : "";
    faults.push({ field: "region", message: `${from}expected a region such as \`eu-west-1\`` });
  }
  if (faults.length > 0) return { faults };
  const [first] = reached;
  const own = !isAmazon(first?.endpoint);
  return {
    address: {
      kind: "bucket",
      ...(first !== undefined && { endpoint: first.endpoint }),
      ...(reached.length > 1 && { endpoints: reached.map(({ endpoint }) => endpoint) }),
      region,
      bucket,
      prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
      pathStyle: target.pathStyle ?? own,
      ...(target.ca !== undefined && { caPath: resolve(base, target.ca) }),
      ...(target.profile !== undefined && { profile: target.profile }),
      ...waysOf(target),
    },
  };
}

/** Only what was asked for, so that a stored target says no more than its user did. */
function waysOf(target: TargetText) {
  return {
    ...(target.accelerate === true && { accelerate: true }),
    ...(target.dualStack === true && { dualStack: true }),
    ...(target.fips === true && { fips: true }),
    ...(target.requesterPays === true && { requesterPays: true }),
  };
}

function nameFaults(kind: TargetKind, bucket: string): readonly TargetFault[] {
  const fault = (message: string): readonly TargetFault[] => [{ field: "bucket", message }];
  if (bucket === "") return fault(`\`bucket\` is missing, kind \`${kind}\` needs one`);
  if (kind === "s3-express") {
    if (BUCKET_NAME.test(bucket) && DIRECTORY_BUCKET.test(bucket)) return [];
    return fault("expected a directory bucket, whose name ends like `--use1-az4--x-s3`");
  }
  if (BUCKET_NAME.test(bucket) || (kind === "s3" && ACCESS_POINT.test(bucket))) return [];
  return fault(
    "expected a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens" +
      (bucket.startsWith("arn:") ? "; or the ARN of an access point" : ""),
  );
}

function endpointFaults(
  kind: TargetKind,
  target: TargetText,
  reached: readonly { readonly endpoint: string }[],
): readonly TargetFault[] {
  const faults: TargetFault[] = [];
  if (kind === "minio" && reached.length === 0) {
    const message = "`endpoint` is missing, kind `minio` needs one such as `http://127.0.0.1:9000`";
    faults.push({ field: "endpoint", message });
  }
  if (target.ca !== undefined && reached.some(({ endpoint }) => endpoint.startsWith("http:"))) {
    const message = "`ca` goes with an `https:` endpoint, this one is not encrypted";
    faults.push({ field: "ca", message });
  }
  const way = AMAZON_WAYS.find((name) => target[name] === true);
  if (way !== undefined && reached.length > 0) {
    const message = `\`${way}\` chooses among Amazon's own endpoints, expected no \`endpoint\``;
    faults.push({ field: way, message });
  }
  if (target.accelerate === true) {
    const { bucket = "", fips, pathStyle } = target;
    const plain = !bucket.includes(".") && !bucket.startsWith("arn:") && kind === "s3";
    if (!plain || fips === true || pathStyle === true) {
      const message =
        "Transfer Acceleration is for general purpose buckets by their name, without dots, " +
        "`fips` and `pathStyle`";
      faults.push({ field: "accelerate", message });
    }
  }
  return faults;
}
