// @module-tag alone
import { isThrottlingError, isTransientError, StandardRetryStrategy } from "@smithy/core/retry";
import { afterEach, describe, expect, test, vi } from "vitest";
import { backoffMs, type Passing, passingOf, RetryQuota } from "../../../src/engine/wire/retry.ts";
import { Random } from "../../../src/model/random/random.ts";
import { makeClient } from "../../../src/s3/client.ts";
import { ConnectionError } from "../../../src/s3/http/socket.ts";
import { NO_HEADERS, StoreError } from "../../../src/s3/response/error.ts";
import { BYTES, GOOD, useStubCredentials } from "../objects/fault-driver.ts";
import { answer, refusal, startFaultServer } from "../objects/fault-server.ts";
import { openDriver, S3_ENGINES } from "../objects/session.ts";

useStubCredentials();
afterEach(() => void vi.restoreAllMocks());

const WHYS = ["transient", "throttling"] as const;
const TYPE = { transient: "TRANSIENT", throttling: "THROTTLING" } as const;
const CODE = { transient: "InternalError", throttling: "SlowDown" } as const;

function refused(why: Passing, headers: Partial<StoreError["headers"]> = {}): StoreError {
  return new StoreError(503, refusal(CODE[why]), { ...NO_HEADERS, ...headers });
}

/** Retry strategy of the installed SDK's client, with its pauses. */
async function sdk(retries: number) {
  const address = { region: "us-east-1", bucket: "abc", prefix: "", pathStyle: false };
  const client = makeClient(address, { connections: 1, retries });
  const strategy = await client.config.retryStrategy();
  client.destroy();
  if (!(strategy instanceof StandardRetryStrategy)) throw new Error("not the standard mode");
  const pauses: number[] = [];
  // The pause itself is not waited for.
  vi.spyOn(globalThis, "setTimeout").mockImplementation((work: () => void, ms?: number) => {
    pauses.push(ms ?? 0);
    work();
    return 0 as unknown as NodeJS.Timeout;
  });
  /** The retry token of a request after a number of retries. */
  const token = (count: number, cost?: number) => ({
    getRetryCount: () => count,
    getRetryDelay: () => 0,
    getRetryCost: () => cost,
  });
  return { strategy, pauses, token };
}

/** Pause that the SDK makes after an attempt, its quota made full again. */
async function sdkPause(
  { strategy, pauses, token }: Awaited<ReturnType<typeof sdk>>,
  why: Passing,
  retried: number,
  retryAfterHint?: Date,
): Promise<number> {
  const hint = retryAfterHint === undefined ? {} : { retryAfterHint };
  const info = { error: { name: why, message: why }, errorType: TYPE[why], ...hint };
  await strategy.refreshRetryTokenForRetry(token(retried), info);
  strategy.recordSuccess(token(retried, 500));
  return pauses.at(-1) ?? Number.NaN;
}

describe("the delay before a retry", () => {
  test("equals that of the SDK with the same random numbers", async () => {
    const their = await sdk(50);
    const [theirs, ours] = [new Random(3), new Random(3)];
    vi.spyOn(Math, "random").mockImplementation(() => theirs.unit());
    vi.spyOn(Date, "now").mockReturnValue(1_800_000_000_000);
    for (const asked of [null, 0, 0.2, 3, 19, 86_400]) {
      for (const why of WHYS) {
        for (let retried = 0; retried < 14; retried++) {
          const hint = asked === null ? undefined : new Date(1_800_000_000_000 + asked * 1000);
          const expected = await sdkPause(their, why, retried, hint);
          const error = refused(why, asked === null ? {} : { retryAfter: String(asked) });
          expect(backoffMs(error, why, retried, ours)).toBe(expected);
        }
      }
    }
  });

  test.each(WHYS)("has the SDK's distribution after a %s failure", async (why) => {
    const their = await sdk(50);
    const random = new Random(11);
    const draws = 2000;
    for (const retried of [0, 2, 5, 11]) {
      const [a, b]: number[][] = [[], []];
      for (let i = 0; i < draws; i++) {
        a?.push(await sdkPause(their, why, retried));
        b?.push(backoffMs(refused(why), why, retried, random));
      }
      // Kolmogorov and Smirnov: twice of a hundred thousand times it is more by chance.
      expect(distance(a ?? [], b ?? [])).toBeLessThan(2.4 * Math.sqrt(2 / draws));
    }
  });

  test("can be requested in seconds, milliseconds or as a date", () => {
    const random = new Random(1);
    const now = Date.parse("2026-10-21T07:28:00Z");
    vi.spyOn(Date, "now").mockReturnValue(now);
    const pause = (headers: Partial<StoreError["headers"]>) =>
      backoffMs(refused("transient", headers), "transient", 0, random);
    expect(pause({ retryAfter: "3" })).toBe(3000);
    expect(pause({ retryAfter: "Wed, 21 Oct 2026 07:28:04 GMT" })).toBe(4000);
    expect(pause({ retryAfterMs: "1500" })).toBe(1500);
    for (const retryAfter of ["86400", "Wed, 21 Oct 2026 09:28:04 GMT"]) {
      expect(pause({ retryAfter })).toBeLessThanOrEqual(5050);
      expect(pause({ retryAfter })).toBeGreaterThanOrEqual(5000);
    }
    for (const retryAfter of ["-5", "soon", "Wed, 21 Oct 2020 07:28:00 GMT"]) {
      expect(pause({ retryAfter })).toBeLessThan(50);
    }
  });
});

/** Largest distance between two samples' distributions. */
function distance(a: readonly number[], b: readonly number[]): number {
  const below = (sample: readonly number[], value: number) =>
    sample.filter((one) => one <= value).length / sample.length;
  const values = [...new Set([...a, ...b])].sort((x, y) => x - y);
  const step = Math.max(1, Math.floor(values.length / 200));
  const probes = values.filter((_, at) => at % step === 0);
  return Math.max(...probes.map((value) => Math.abs(below(a, value) - below(b, value))));
}

test("the retry quota equals that of the SDK at every step", async () => {
  const { strategy, token } = await sdk(50);
  const quota = new RetryQuota();
  const random = new Random(5);
  let refusals = 0;
  for (let step = 0; step < 3000; step++) {
    // In turns bad and good times, so that it runs dry and fills again.
    const bad = step % 200 < 120;
    if (random.unit() < (bad ? 0.9 : 0.2)) {
      const why = random.unit() < 0.5 ? "transient" : "throttling";
      const info = { error: { name: why, message: why }, errorType: TYPE[why] };
      const theirs = await strategy.refreshRetryTokenForRetry(token(0), info).then(
        (next) => next.getRetryCost() ?? 0,
        () => 0,
      );
      const ours = quota.take(why);
      expect(ours).toBe(theirs);
      if (ours === 0) refusals++;
      else if (random.unit() < 0.5) {
        strategy.recordSuccess(token(1, theirs));
        quota.succeeded(ours);
      }
    } else {
      strategy.recordSuccess(token(0));
      quota.succeeded(0);
    }
    expect(quota.tokens).toBe(strategy.getCapacity());
  }
  expect(refusals).toBeGreaterThan(50);
});

describe("retried failures", () => {
  const CODES = [
    ...["SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "Throttling"],
    ...["RequestTimeTooSkewed", "AccessDenied", "NoSuchKey", "TooManyRequestsException", "Odd"],
  ];
  const STATUSES = [400, 403, 404, 408, 409, 412, 429, 500, 501, 502, 503, 504, 505, 507, 599];

  test.each(STATUSES)("follow the SDK's rules for status %i", (status) => {
    for (const code of CODES) {
      const error = new StoreError(status, refusal(code), NO_HEADERS);
      expect(passingOf(error), `${status} ${code}`).toBe(byRules(error));
    }
  });

  test.each([
    ...["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"],
    ...["ENOTFOUND", "EAI_AGAIN", "EPROTO", "CERT_HAS_EXPIRED", "EACCES"],
  ])("follow the SDK's rules for connections: %s", (code) => {
    const error = new ConnectionError(code, "lost");
    expect(passingOf(error)).toBe(byRules(error));
  });

  function byRules(error: Error): Passing | null {
    const seen = error as Parameters<typeof isThrottlingError>[0];
    if (isThrottlingError(seen)) return "throttling";
    return isTransientError(seen) ? "transient" : null;
  }
});

test.each(S3_ENGINES)("%s stops retrying when its quota is used up", async (engine) => {
  const always = answer(500, {}, refusal("InternalError"));
  await using server = await startFaultServer((_, socket) => void socket.write(always));
  const options = { engine, sizes: [BYTES], operations: ["fetch"], depth: 1, retries: 2 } as const;
  const driver = await openDriver(server.address, options);
  for (let i = 0; i < 25; i++) await driver.run("fetch", 0, 0, BYTES);
  // 500 tokens at 14 an attempt.
  expect(driver.session.counters()).toMatchObject({ attempts: 25 + 35, retries: 35 });
  await driver.session.close();
});

test.each(S3_ENGINES)("%s does not retry a response that ended within its body", async (engine) => {
  const cut = GOOD.subarray(0, GOOD.length - 100);
  await using server = await startFaultServer((_, socket) => void socket.end(cut));
  const options = { engine, sizes: [BYTES], operations: ["fetch"], depth: 1, retries: 2 } as const;
  const driver = await openDriver(server.address, options);
  const { result } = await driver.run("fetch", 0, 0, BYTES);
  expect(result).toBeLessThan(0);
  expect(driver.session.counters()).toMatchObject({ attempts: 1, retries: 0 });
  await driver.session.close();
});
