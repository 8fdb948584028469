/**
 * A store or a provider of credentials did not respond in time. Not one of the failures that the
 * SDK takes for passing: what was silent that long is not asked once more.
 */
export class NoResponseError extends Error {
  override readonly name = "NoResponseError";
  /** The request, by S3's name for it: `GetObject`. */
  request = "a request";
  private readonly lapse: Lapse;

  constructor(lapse: Lapse) {
    super(lapse("the store", "a request"));
    this.lapse = lapse;
  }

  /** Says who did not respond to what: a sentence without an end. */
  clause(endpoint: string): string {
    return this.lapse(endpoint, this.request);
  }
}

type Lapse = (endpoint: string, request: string) => string;

/** Nothing of a response came in time. */
export function silentFor(ms: number): NoResponseError {
  return new NoResponseError(
    (endpoint, request) => `${endpoint} did not respond to ${request} within ${seconds(ms)}`,
  );
}

/** A response was begun and not finished in time. */
export function unfinishedAfter(ms: number): NoResponseError {
  return new NoResponseError(
    (endpoint, request) =>
      `${endpoint} began its response to ${request} and did not finish it within ${seconds(ms)}`,
  );
}

/** A connection went silent while a request was being sent. */
export function stalled(): NoResponseError {
  return new NoResponseError(
    (endpoint, request) => `${endpoint} fell silent while ${request} was sent to it`,
  );
}

/** Not a store's: the program or service that has the credentials. */
export function providerSilentFor(ms: number): NoResponseError {
  return new NoResponseError(
    (endpoint) =>
      `the provider of the credentials for ${endpoint} did not respond within ${seconds(ms)}`,
  );
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
