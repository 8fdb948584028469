import type { BucketAddress } from "../../model/target/target.ts";
import { awsSettings, readAwsFiles } from "../../scenario/targets/aws-settings.ts";
import { parseEndpoint, REGION } from "../../scenario/targets/bucket-address.ts";

/** AWS settings of the host of an agent that decide where its credentials are used. */
export interface OwnAws {
  /** S3 endpoints; empty: those of AWS. */
  readonly endpoints: readonly string[];
  /** Profile that AWS_PROFILE names; null: none. */
  readonly profile: string | null;
  /** Files of certificate authorities that the environment names. */
  readonly authorities: readonly string[];
}

/** Settings of a host without any. */
export const NO_OWN_AWS: OwnAws = { endpoints: [], profile: null, authorities: [] };

/** Reads the settings from the environment and the shared AWS configuration. */
export async function readOwnAws(env: NodeJS.ProcessEnv): Promise<OwnAws> {
  const { endpoint, profile } = awsSettings(null, env, await readAwsFiles(env));
  const { AWS_CA_BUNDLE, NODE_EXTRA_CA_CERTS } = env;
  return {
    endpoints: (endpoint?.value.split(",") ?? []).flatMap((one) => endpointOf(one) ?? []),
    profile: profile?.value ?? null,
    authorities: [AWS_CA_BUNDLE, NODE_EXTRA_CA_CERTS].filter((one) => one !== undefined),
  };
}

function endpointOf(text: string): string | null {
  const parsed = parseEndpoint(text.trim());
  return "endpoint" in parsed ? parsed.endpoint : null;
}

/**
 * Reason why an address would send requests with the agent's credentials to another server, read
 * another file or use another identity than the agent's host is set up for; null if it does not.
 * Never repeats an endpoint, which may be a secret.
 */
export function settingRefusal(own: OwnAws, address: BucketAddress): string | null {
  const { endpoint, endpoints = [], region, profile, caPath } = address;
  const given = [...endpoints, ...(endpoint === undefined ? [] : [endpoint])];
  if (given.some((one) => !own.endpoints.includes(endpointOf(one) ?? ""))) {
    return (
      "the target has an S3 endpoint that is not the one of this agent; set AWS_ENDPOINT_URL_S3 " +
      "to it where the agent is started, or remove `endpoint`"
    );
  }
  if (!REGION.test(region)) return "the target has an invalid region; use one such as `eu-west-1`";
  if (profile !== undefined && profile !== own.profile) {
    return (
      `the target has the profile ${profile}, which is not the one of this agent; set ` +
      `AWS_PROFILE=${profile} where the agent is started, or remove \`profile\``
    );
  }
  if (caPath !== undefined && !own.authorities.includes(caPath)) {
    return (
      `the target has the certificate authority ${caPath}, which is not one of this agent; set ` +
      `NODE_EXTRA_CA_CERTS=${caPath} where the agent is started, or remove \`ca\``
    );
  }
  return null;
}
