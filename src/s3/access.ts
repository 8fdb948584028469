import type { S3Client } from "@aws-sdk/client-s3";
import type { Location } from "../model/plan/dataset.ts";
import type { BucketAddress } from "../model/target/target.ts";
import { makeClient } from "./client.ts";
import { credentialsFor, type Expiring } from "./credentials.ts";
import { type Endpoint, resolveEndpoint } from "./endpoint.ts";
import { RESPONSE_DEADLINES } from "./response-deadline.ts";

/** Destinations of a bucket's requests: the endpoint of its address, and all that share them. */
export interface Endpoints {
  readonly endpoint: Endpoint;
  readonly endpoints: readonly Endpoint[];
}

/** Destinations of a bucket's requests and the credentials that sign them. */
export interface Access extends Endpoints {
  readonly credentials: Expiring;
}

/** The part of `s3-wire` that needs the AWS SDK: rules for endpoints, providers of credentials. */
export class AccessSource {
  private readonly address: BucketAddress;
  private readonly client: S3Client;

  constructor(address: BucketAddress) {
    this.address = address;
    this.client = makeClient(address, {
      connections: 2,
      retries: 2,
      deadlines: RESPONSE_DEADLINES,
    });
  }

  /** @throws Error if the rules have no endpoint for it, or there are no credentials. */
  async access(): Promise<Access> {
    const endpoints = this.endpoints(this.address.region);
    return { ...endpoints, credentials: await this.credentials(endpoints.endpoint, false) };
  }

  /** Endpoints in a region. @throws Error if the rules have none */
  endpoints(region: string): Endpoints {
    const { endpoint, endpoints = [endpoint] } = this.address;
    const of = (address: BucketAddress) => resolveEndpoint(this.client, address, region);
    return {
      endpoint: of(this.address),
      endpoints: endpoints.map((one) =>
        of(one === undefined ? this.address : { ...this.address, endpoint: one }),
      ),
    };
  }

  credentials(endpoint: Endpoint, forced: boolean): Promise<Expiring> {
    return credentialsFor(this.client, this.address, endpoint, forced);
  }

  close(): void {
    this.client.destroy();
  }
}

/**
 * Resolves the access to a bucket for all workers of a phase, so that none of them loads the SDK:
 * 20 MB and 0.1 s of CPU time each. Null if it expires: then each worker renews its own, and
 * needs the SDK for that.
 */
export async function sharedAccess(location: Location): Promise<Access | null> {
  if (location.kind !== "bucket") return null;
  const source = new AccessSource(location.address);
  try {
    const access = await source.access();
    return access.credentials.expiration === undefined ? access : null;
  } finally {
    source.close();
  }
}
