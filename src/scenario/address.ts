import { resolve } from "node:path";
import {
  type Address,
  BUCKET_KINDS,
  MEMORY_KINDS,
  type TargetKind,
  type TargetSpec,
} from "../model/target.ts";
import type { Env } from "./interpolate.ts";
import { DEFAULT_LATENCY } from "./synthetic.ts";
import type { TargetText } from "./targets-schema.ts";

/** What is wrong with a target, told at one of its fields. Never repeats an endpoint: secrets. */
export interface TargetFault {
  readonly field: keyof TargetText;
  readonly message: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ACCESS_POINT = /^arn:aws[a-z-]*:s3[a-z-]*:[a-z0-9-]*:\d{12}:accesspoint[/:][a-z0-9.-]+$/;

/** Which of AWS's endpoints is taken; another store has none of them. */
const VARIANTS = ["dualStack", "fips", "accelerate"] as const;

const FIELDS_OF = {
  path: ["path"],
  bucket: ["bucket", "prefix", "region", "endpoint", "pathStyle", ...VARIANTS, "ca", "profile"],
  memory: ["latency", "stalls", "errorEvery", "bandwidth"],
} as const;

const FAMILY_WORDS = {
  path: "a mounted path",
  bucket: "a bucket",
  memory: "only in memory",
} as const;

/**
 * A target with every default filled, or everything that is wrong with it. Relative paths start at
 * `base`; the environment gives region and endpoint where nothing is said.
 */
export function specify(
  name: string,
  kind: TargetKind,
  target: TargetText,
  { env, base }: { readonly env: Env; readonly base: string },
): { readonly spec: TargetSpec } | { readonly faults: readonly TargetFault[] } {
  const family = familyOf(kind);
  const faults = strayFields(kind, target);
  const address =
    family === "path"
      ? pathAddress(kind, target, base)
      : family === "bucket"
        ? bucketAddress(kind, target, env, base)
        : memoryAddress(kind, target);
  if ("faults" in address) return { faults: [...faults, ...address.faults] };
  if (faults.length > 0) return { faults };
  const { size, iops, throughput } = target.provisioned ?? {};
  const provisioned = {
    ...(size !== undefined && { sizeBytes: size }),
    ...(iops !== undefined && { iops }),
    ...(throughput !== undefined && { throughputBytesPerSecond: throughput }),
  };
  return { spec: { name, kind, address: address.address, provisioned } };
}

/** An endpoint without what must not be in one, or the reason in words that do not repeat it. */
export function parseEndpoint(
  text: string,
): { readonly endpoint: string; readonly host: string } | { readonly problem: string } {
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
  return { endpoint: `${url.protocol}//${url.host}`, host: url.hostname };
}

/** Endpoint that the environment names for S3, as the AWS SDK reads it. */
export function endpointOf(env: Env): string | undefined {
  return env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
}

/** Whether an endpoint is one of Amazon's own. */
export function isAmazon(host: string): boolean {
  return /(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(host);
}

/** How targets of a kind are reached; that a path is a device shows only when it is looked at. */
function familyOf(kind: TargetKind): keyof typeof FAMILY_WORDS {
  if (BUCKET_KINDS.has(kind)) return "bucket";
  return MEMORY_KINDS.has(kind) ? "memory" : "path";
}

type Built = { readonly address: Address } | { readonly faults: readonly TargetFault[] };

function strayFields(kind: TargetKind, target: TargetText): readonly TargetFault[] {
  const family = familyOf(kind);
  const strays = (["path", "bucket", "memory"] as const)
    .filter((other) => other !== family)
    .flatMap((other) => FIELDS_OF[other])
    .filter((field) => target[field] !== undefined);
  return strays.map((field) => ({
    field,
    message: `kind \`${kind}\` is ${FAMILY_WORDS[family]}, \`${field}\` does not go with it`,
  }));
}

function pathAddress(kind: TargetKind, { path }: TargetText, base: string): Built {
  if (path !== undefined && path !== "")
    return { address: { kind: "path", path: resolve(base, path) } };
  return {
    faults: [{ field: "path", message: `\`path\` is missing, kind \`${kind}\` needs one` }],
  };
}

function memoryAddress(kind: TargetKind, target: TargetText): Built {
  if (kind === "synthetic") {
    const synthetic = {
      latency: target.latency ?? DEFAULT_LATENCY,
      stalls: target.stalls ?? [],
      errorEvery: target.errorEvery ?? 0,
      bytesPerSecond: target.bandwidth ?? 0,
    };
    return { address: { kind: "memory", synthetic } };
  }
  const faults = FIELDS_OF.memory
    .filter((field) => target[field] !== undefined)
    .map((field) => ({ field, message: `\`${field}\` goes with kind \`synthetic\` only` }));
  return faults.length > 0 ? { faults } : { address: { kind: "memory", synthetic: null } };
}

function bucketAddress(kind: TargetKind, target: TargetText, env: Env, base: string): Built {
  const faults: TargetFault[] = [];
  const { bucket = "", prefix = "" } = target;
  if (bucket === "") {
    const message = `\`bucket\` is missing, kind \`${kind}\` needs one`;
    faults.push({ field: "bucket", message });
  } else if (!BUCKET.test(bucket) && !ACCESS_POINT.test(bucket)) {
    const message = "expected a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens";
    faults.push({ field: "bucket", message });
  }
  if (prefix.startsWith("/") || prefix.includes("//")) {
    const message = "expected a key prefix such as `bench/`, without empty parts";
    faults.push({ field: "prefix", message });
  }
  const url = target.endpoint ?? endpointOf(env);
  const parsed = url === undefined ? null : parseEndpoint(url);
  if (parsed !== null && "problem" in parsed) {
    const from = target.endpoint === undefined ? "AWS_ENDPOINT_URL in the environment: " : "";
    return { faults: [...faults, { field: "endpoint", message: from + parsed.problem }] };
  }
  if (kind === "minio" && parsed === null) {
    const message = "`endpoint` is missing, kind `minio` needs one such as `http://127.0.0.1:9000`";
    faults.push({ field: "endpoint", message });
  }
  if (target.ca !== undefined && parsed?.endpoint.startsWith("http:") === true) {
    const message = "`ca` goes with an `https:` endpoint, this one is not encrypted";
    faults.push({ field: "ca", message });
  }
  for (const variant of VARIANTS) {
    if (parsed === null || target[variant] !== true) continue;
    const message = `\`${variant}\` is of AWS's own endpoints, leave \`endpoint\` out or this`;
    faults.push({ field: variant, message });
  }
  if (faults.length > 0) return { faults };
  const own = parsed !== null && !isAmazon(parsed.host);
  return {
    address: {
      kind: "bucket",
      ...(parsed !== null && { endpoint: parsed.endpoint }),
      region: target.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || "us-east-1"),
      bucket,
      prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
      pathStyle: target.pathStyle ?? own,
      ...(target.dualStack === true && { dualStack: true }),
      ...(target.fips === true && { fips: true }),
      ...(target.accelerate === true && { accelerate: true }),
      ...(target.ca !== undefined && { caPath: resolve(base, target.ca) }),
      ...(target.profile !== undefined && { profile: target.profile }),
    },
  };
}
