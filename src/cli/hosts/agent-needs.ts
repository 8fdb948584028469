import { allowEntry } from "../../cluster/launch/allowed.ts";
import { UsageError } from "../../model/fault/errors.ts";
import type { BucketAddress, TargetSpec } from "../../model/target/target.ts";

/** Values of `--allow` for an agent that loads a target, on whichever host it is. */
export function allowedBy({ address, pathByHost = {} }: TargetSpec): readonly string[] {
  const entry = allowEntry(address);
  const others = "path" in address ? Object.values(pathByHost) : [];
  return [...new Set([...(entry === null ? [] : [entry]), ...others])];
}

/**
 * Environment in which an agent uses the S3 endpoint, the profile and the certificate authority of
 * this command: an agent accepts none of them from its coordinator.
 * @throws UsageError if two targets differ in them
 */
export function agentEnvironment(
  targets: readonly TargetSpec[],
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const all: Record<string, string> = {};
  for (const { address } of targets) {
    if (address.kind !== "bucket") continue;
    for (const [name, value] of Object.entries(settingsOf(address))) {
      if (all[name] !== undefined && all[name] !== value) {
        throw new UsageError(
          "agents use one S3 endpoint, profile and certificate authority, but the targets have " +
            "several; run them one after the other",
        );
      }
      all[name] = value;
    }
  }
  return { ...env, ...all };
}

function settingsOf({ endpoint, endpoints, profile, caPath }: BucketAddress) {
  const urls = endpoints ?? (endpoint === undefined ? [] : [endpoint]);
  return {
    ...(urls.length === 0 ? {} : { AWS_ENDPOINT_URL_S3: urls.join(",") }),
    ...(profile === undefined ? {} : { AWS_PROFILE: profile }),
    ...(caPath === undefined ? {} : { NODE_EXTRA_CA_CERTS: caPath }),
  };
}
