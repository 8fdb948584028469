import { createSecureContext, type SecureContext } from "node:tls";
import type { S3Client } from "@aws-sdk/client-s3";
import type { BucketAddress } from "../model/target/target.ts";
import { authorities, makeClient } from "./client.ts";
import { dateMsOf, locationOf } from "./contract/values.ts";
import { credentialsFor, type Expiring } from "./credentials.ts";
import { type Endpoint, isRegionAllowed, redirectOf, resolveEndpoint } from "./endpoint.ts";
import type { Deadlines, Destination } from "./http/socket.ts";
import type { StoreError } from "./response/error.ts";
import { RESPONSE_DEADLINES } from "./response-deadline.ts";
import { type Credentials, HeaderSet, Signer } from "./signing/signature.ts";

/** Period of {@link Wire.tick}: the maximum age of a signature's time. */
const TICK_MS = 250;
/** Same as for the SDK's client: 5 s to connect, 30 s of silence. */
const DEADLINES: Deadlines = { connectTicks: 20, silenceTicks: 120 };
/** Large enough to read 8 MiB in some dozens of calls, small enough for a core's cache. */
const READ_BYTES = 256 * 1024;
/** Credentials are renewed this long before they expire, as in the SDK. */
const RENEW_MS = 5 * 60_000;
/** Sessions of a directory bucket last for five minutes. */
const RENEW_SESSION_MS = 60_000;
/** Pause after a renewal that failed or returned the same credentials. */
const RENEWAL_PAUSE_MS = 5_000;
/** Clock differences below this are not corrected: S3 accepts them. */
const MIN_SKEW_MS = 60_000;

/** Destination and signer of one request. */
export interface Route {
  readonly destination: Destination;
  readonly signer: Signer;
  readonly base: string;
}

/**
 * State that all connections of one worker share: the bucket's endpoint, credentials with renewal,
 * the clock offset to the server, and the receive buffer.
 */
export class Wire {
  readonly address: BucketAddress;
  readonly deadlines: Deadlines;
  readonly buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  /** Writes that were sent, wholly or partly, and ended without a response. */
  lostWrites = 0;
  readonly counts = { attempts: 0, retries: 0, reissued: 0, redirects: 0, clockCorrections: 0 };
  private routes: readonly Route[];
  private readonly client: S3Client;
  private readonly secure: SecureContext | null;
  private readonly ticking = new Set<{ tick(): void }>();
  private readonly timer: NodeJS.Timeout;
  private endpoint: Endpoint;
  private credentials: Expiring;
  private skewMs = 0;
  private renewing = false;
  private renewFromMs = 0;

  private constructor(
    client: S3Client,
    address: BucketAddress,
    endpoint: Endpoint,
    credentials: Expiring,
    deadlines: Deadlines,
  ) {
    this.client = client;
    this.address = address;
    this.deadlines = deadlines;
    this.endpoint = endpoint;
    this.credentials = credentials;
    this.secure = endpoint.tls ? createSecureContext(authorities(address.caPath)) : null;
    this.routes = this.routesIn(endpoint.region);
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** Gets the credentials before the start line, so that no operation waits for them. */
  static async open(address: BucketAddress, deadlines: Deadlines = DEADLINES): Promise<Wire> {
    const client = makeClient(address, {
      connections: 2,
      retries: 2,
      deadlines: RESPONSE_DEADLINES,
    });
    try {
      const endpoint = resolveEndpoint(client, address, address.region);
      const credentials = await credentialsFor(client, address, endpoint, false);
      return new Wire(client, address, endpoint, credentials, deadlines);
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  /** Destination of a connection's requests; connections are distributed over endpoints. */
  routeOf(connection: number): Route {
    const route = this.routes[connection % this.routes.length];
    if (route === undefined) throw new Error("a bucket has an endpoint");
    return route;
  }

  /** Headers that requests share; all are signed. */
  headers(own: Readonly<Record<string, string>>, payload: string): HeaderSet {
    const payer = this.address.requesterPays === true ? { "x-amz-request-payer": "requester" } : {};
    const headers = { ...own, ...payer };
    const express = this.endpoint.service === "s3express";
    return new HeaderSet(headers, payload, express ? "x-amz-s3session-token" : undefined);
  }

  /** Adds an object with a deadline. */
  watch(one: { tick(): void }): void {
    this.ticking.add(one);
  }

  close(): void {
    clearInterval(this.timer);
    this.client.destroy();
  }

  /**
   * Applies the change that an error response asks for before a retry: another region or host, or
   * the server's time. Null if nothing helps.
   */
  remedy(error: StoreError, connection: number): Route | null {
    if (error.name === "RequestTimeTooSkewed") {
      return this.setClock(error) ? this.routeOf(connection) : null;
    }
    if (error.name === "ExpiredToken") void this.renew(true);
    const moved = error.status === 301 || error.status === 307 || error.status === 308;
    if (!moved && error.name !== "AuthorizationHeaderMalformed") return null;
    const { region } = error;
    if (region !== null && region !== this.endpoint.region) return this.moveTo(region, connection);
    return this.follow(error.headers.location);
  }

  /** Sends all requests to another region, if its endpoint is in the same partition. */
  private moveTo(region: string, connection: number): Route | null {
    let endpoint: Endpoint;
    try {
      endpoint = resolveEndpoint(this.client, this.address, region);
    } catch {
      // The SDK's rules have no endpoint for it: the response itself is the failure.
      return null;
    }
    if (!isRegionAllowed(endpoint, this.endpoint)) return null;
    this.counts.redirects++;
    this.endpoint = endpoint;
    this.routes = this.routesIn(region);
    return this.routeOf(connection);
  }

  /** A redirect applies to one request. */
  private follow(location: string | null): Route | null {
    const { host, tls } = this.endpoint;
    const url = locationOf(location, `${tls ? "https" : "http"}://${host}`);
    const redirect = url === null ? null : redirectOf(url, this.endpoint, this.address.bucket);
    if (redirect === null) return null;
    this.counts.redirects++;
    const { sessionToken: _, ...bare } = this.credentials;
    const credentials = redirect.withToken ? this.credentials : bare;
    return this.routeTo(redirect.endpoint, redirect.endpoint.base, credentials);
  }

  private setClock(error: StoreError): boolean {
    const theirs = dateMsOf(error.headers.date);
    if (theirs === null) return false;
    const skewMs = theirs - Date.now();
    if (Math.abs(skewMs - this.skewMs) < MIN_SKEW_MS) return false;
    this.counts.clockCorrections++;
    this.skewMs = skewMs;
    for (const { signer } of this.routes) signer.at(Date.now() + skewMs);
    return true;
  }

  private routesIn(region: string): readonly Route[] {
    const { endpoint, endpoints = [endpoint] } = this.address;
    return endpoints.map((one) => {
      const address = one === undefined ? this.address : { ...this.address, endpoint: one };
      const resolved = resolveEndpoint(this.client, address, region);
      return this.routeTo(resolved, resolved.base);
    });
  }

  private routeTo(
    endpoint: Endpoint,
    base: string,
    credentials: Credentials = this.credentials,
  ): Route {
    const { hostname, port, region, service, host } = endpoint;
    const now = Date.now() + this.skewMs;
    return {
      destination: { host: hostname, port, secure: this.secure },
      signer: new Signer({ region, service, host }, credentials, now),
      base,
    };
  }

  private tick(): void {
    const now = Date.now();
    for (const { signer } of this.routes) signer.at(now + this.skewMs);
    for (const one of this.ticking) one.tick();
    const { expiration } = this.credentials;
    const early = this.endpoint.service === "s3express" ? RENEW_SESSION_MS : RENEW_MS;
    if (expiration === undefined || expiration.getTime() - now >= early) return;
    if (now >= this.renewFromMs) void this.renew(false);
  }

  /** Requests use the old credentials until then; a failure shows in their responses. */
  private async renew(forced: boolean): Promise<void> {
    if (this.renewing) return;
    this.renewing = true;
    this.renewFromMs = Date.now() + RENEWAL_PAUSE_MS;
    try {
      const fresh = await credentialsFor(this.client, this.address, this.endpoint, forced);
      if (fresh.secretAccessKey !== this.credentials.secretAccessKey) {
        this.credentials = fresh;
        for (const { signer } of this.routes) signer.use(fresh);
      }
    } catch {
      // Retried after the pause.
    } finally {
      this.renewing = false;
    }
  }
}
