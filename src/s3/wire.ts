import { createSecureContext, type SecureContext } from "node:tls";
import type { BucketAddress } from "../model/target/target.ts";
import type { Access, AccessSource, Endpoints } from "./access.ts";
import { authorities } from "./authorities.ts";
import { dateMsOf, locationOf } from "./contract/values.ts";
import type { Expiring } from "./credentials.ts";
import { type Endpoint, isRegionAllowed, redirectOf } from "./endpoint.ts";
import type { Deadlines, Destination } from "./http/socket.ts";
import type { StoreError } from "./response/error.ts";
import { concealCredentials } from "./signing/secrets.ts";
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
  /** Null until it is needed, because it loads the AWS SDK. */
  private source: AccessSource | null;
  private readonly secure: SecureContext | null;
  private readonly ticking = new Set<{ tick(): void }>();
  private readonly timer: NodeJS.Timeout;
  private endpoint: Endpoint;
  private credentials: Expiring;
  private skewMs = 0;
  private renewing = false;
  private renewFromMs = 0;

  private constructor(
    address: BucketAddress,
    { endpoint, endpoints, credentials }: Access,
    source: AccessSource | null,
    deadlines: Deadlines,
  ) {
    this.address = address;
    this.source = source;
    this.deadlines = deadlines;
    this.endpoint = endpoint;
    this.credentials = credentials;
    this.secure = endpoint.tls ? createSecureContext(authorities(address.caPath)) : null;
    this.routes = this.routesTo(endpoints);
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /**
   * Gets the credentials before the start line, so that no operation waits for them.
   *
   * @param access resolved before; null: this thread resolves it
   */
  static async open(
    address: BucketAddress,
    deadlines: Deadlines = DEADLINES,
    access: Access | null = null,
  ): Promise<Wire> {
    if (access !== null) {
      concealCredentials(access.credentials);
      return new Wire(address, access, null, deadlines);
    }
    const source = await openSource(address);
    try {
      return new Wire(address, await source.access(), source, deadlines);
    } catch (error) {
      source.close();
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
    this.source?.close();
  }

  /**
   * Applies the change that an error response asks for before a retry: another region or host, or
   * the server's time. Null if nothing helps.
   */
  async remedy(error: StoreError, connection: number): Promise<Route | null> {
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
  private async moveTo(region: string, connection: number): Promise<Route | null> {
    let moved: Endpoints;
    try {
      this.source ??= await openSource(this.address);
      moved = this.source.endpoints(region);
    } catch {
      // The SDK's rules have no endpoint for it: the response itself is the failure.
      return null;
    }
    if (!isRegionAllowed(moved.endpoint, this.endpoint)) return null;
    if (region !== this.endpoint.region) {
      this.counts.redirects++;
      this.endpoint = moved.endpoint;
      this.routes = this.routesTo(moved.endpoints);
    }
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

  private routesTo(endpoints: readonly Endpoint[]): readonly Route[] {
    return endpoints.map((endpoint) => this.routeTo(endpoint, endpoint.base));
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
    if (this.renewing || Date.now() < this.renewFromMs) return;
    this.renewing = true;
    this.renewFromMs = Date.now() + RENEWAL_PAUSE_MS;
    try {
      this.source ??= await openSource(this.address);
      const fresh = await this.source.credentials(this.endpoint, forced);
      const { secretAccessKey, sessionToken } = this.credentials;
      this.credentials = fresh;
      // The expiration alone may be new.
      if (fresh.secretAccessKey === secretAccessKey && fresh.sessionToken === sessionToken) return;
      for (const { signer } of this.routes) signer.use(fresh);
    } catch {
      // Retried after the pause.
    } finally {
      this.renewing = false;
    }
  }
}

async function openSource(address: BucketAddress): Promise<AccessSource> {
  const { AccessSource } = await import("./access.ts");
  return new AccessSource(address);
}
