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

/** Pace of {@link Wire.tick}: a signature's time is at most this old. */
const TICK_MS = 250;
/** As for the SDK's client: 5 s to connect, 30 s of silence. */
const DEADLINES: Deadlines = { connectTicks: 20, silenceTicks: 120 };
/** Large enough that reading 8 MiB is some dozens of calls, small enough for a core's cache. */
const READ_BYTES = 256 * 1024;
/** Credentials are asked for again this long before they expire, as the SDK does. */
const RENEW_MS = 5 * 60_000;
/** Sessions of a directory bucket last for five minutes. */
const RENEW_SESSION_MS = 60_000;
/** A renewal that brings nothing new, or fails, is not tried again sooner. */
const RENEWAL_PAUSE_MS = 5_000;
/** A clock that differs by less is not what a store complains about. */
const MIN_SKEW_MS = 60_000;

/** Where one request goes and who signs it. */
export interface Route {
  readonly destination: Destination;
  readonly signer: Signer;
  readonly base: string;
}

/**
 * What all connections of one worker share: where the bucket is, credentials that are renewed in
 * time, a clock that is corrected to the store's, and the buffer everything is read into.
 */
export class Wire {
  readonly address: BucketAddress;
  readonly deadlines: Deadlines;
  readonly buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  /** Writes that ended without an answer although they were sent, wholly or partly. */
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

  /** Looks the credentials up before the start line, so that no operation waits for them. */
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

  /** Where a connection's requests go: several endpoints have a share of the connections each. */
  routeOf(connection: number): Route {
    const route = this.routes[connection % this.routes.length];
    if (route === undefined) throw new Error("a bucket has an endpoint");
    return route;
  }

  /** Headers that requests share; all of them are signed. */
  headers(own: Readonly<Record<string, string>>, payload: string): HeaderSet {
    const payer = this.address.requesterPays === true ? { "x-amz-request-payer": "requester" } : {};
    const headers = { ...own, ...payer };
    const express = this.endpoint.service === "s3express";
    return new HeaderSet(headers, payload, express ? "x-amz-s3session-token" : undefined);
  }

  /** Adds something with a deadline. */
  watch(one: { tick(): void }): void {
    this.ticking.add(one);
  }

  close(): void {
    clearInterval(this.timer);
    this.client.destroy();
  }

  /**
   * What an error answer asks for before the request is sent once more: another region or host, or
   * the store's own time. Null where nothing helps.
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

  /** Sends everything to another region, unless its endpoint is not in the same partition. */
  private moveTo(region: string, connection: number): Route | null {
    let endpoint: Endpoint;
    try {
      endpoint = resolveEndpoint(this.client, this.address, region);
    } catch {
      // The rules of the SDK know no endpoint for it: the response itself is the failure.
      return null;
    }
    if (!isRegionAllowed(endpoint, this.endpoint)) return null;
    this.counts.redirects++;
    this.endpoint = endpoint;
    this.routes = this.routesIn(region);
    return this.routeOf(connection);
  }

  /** A redirect holds for one request. */
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

  /** Requests go on with the old credentials meanwhile; a failure shows in their answers. */
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
      // Tried again after the pause.
    } finally {
      this.renewing = false;
    }
  }
}
