/**
 * An S3 server or a provider of credentials did not respond in time. The SDK does not retry this
 * error: after such a timeout, another attempt would only double the wait.
 */
export class NoResponseError extends Error {
  override readonly name = "NoResponseError";
  /** The request, by its S3 name: `GetObject`. */
  request = "a request";
  private readonly lapse: Lapse;

  constructor(lapse: Lapse) {
    super(lapse("the S3 server", "a request"));
    this.lapse = lapse;
  }

  /** Clause with the endpoint and the request. */
  clause(endpoint: string): string {
    return this.lapse(endpoint, this.request);
  }
}

type Lapse = (endpoint: string, request: string) => string;

/** No byte of a response arrived in time. */
export function silentFor(ms: number): NoResponseError {
  return new NoResponseError(
    (endpoint, request) => `${endpoint} did not respond to ${request} within ${seconds(ms)}`,
  );
}

/** A response was incomplete after its deadline. */
export function unfinishedAfter(ms: number): NoResponseError {
  return new NoResponseError(
    (endpoint, request) =>
      `${endpoint} began its response to ${request} and did not finish it within ${seconds(ms)}`,
  );
}

/** A connection accepted no more data while a request was sent. */
export function stalled(): NoResponseError {
  return new NoResponseError(
    (endpoint, request) => `${endpoint} stopped accepting data while ${request} was sent`,
  );
}

/** The program or service that provides credentials did not respond in time. */
export function providerSilentFor(ms: number): NoResponseError {
  return new NoResponseError(
    (endpoint) =>
      `the provider of the credentials for ${endpoint} did not respond within ${seconds(ms)}`,
  );
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
