import { describe, expect, test } from "vitest";
import { ON_BUCKETS } from "../../src/model/plan/operation.ts";
import {
  BYTES,
  GOOD,
  TAG,
  useStubCredentials,
  withFaults,
} from "../engine/objects/fault-driver.ts";
import {
  answer,
  type RawHandler,
  refusal,
  startFaultServer,
} from "../engine/objects/fault-server.ts";
import { S3_ENGINES } from "../engine/objects/session.ts";
import { setEnvironment } from "../env.ts";

useStubCredentials();

/** Header values of responses that cause a retry. */
const TEXTS: readonly string[] = [
  ...["Sat, 13 Sep 275760 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "0", "-1", "", "x"],
  ...["1e999", "Infinity", "NaN", "9".repeat(400), "a b", "-", ".", "..", "/", "\\", "%0d%0a"],
  ...["us-east-1.evil.example", "evil.example/", "evil.example#", "a@b", "[::1]", "x".repeat(300)],
  ...["&#13;&#10;x-injected: 1", "&#0;", "é", "constructor", "__proto__"],
];
/** Headers that decide the next request or describe the response. */
const DECIDING = ["Date", "x-amz-bucket-region", "Location", "Retry-After", "x-amz-retry-after"];
const HEADERS = [
  ...[...DECIDING, "ETag", "x-amz-version-id", "Content-Range", "Content-Encoding"],
  ...["Content-Type", "Connection"],
];
const REFUSALS: readonly (readonly [number, string])[] = [
  [301, "PermanentRedirect"],
  [307, "TemporaryRedirect"],
  [400, "AuthorizationHeaderMalformed"],
  [403, "RequestTimeTooSkewed"],
  [400, "ExpiredToken"],
  [503, "SlowDown"],
];

/** A response with the text as a header, without line ends. */
function refused(status: number, code: string, name: string, text: string): Buffer {
  const value = plain(text);
  const region = `<Region>${text.replaceAll(/&(?!#)|</g, "")}</Region>`;
  return answer(status, { [name]: value }, refusal(code, region));
}

/** Text with only characters that a header may contain. */
function plain(text: string): string {
  return text.replaceAll(/&#\d+;/g, "");
}

describe.each(S3_ENGINES)("%s survives hostile header values", (engine) => {
  test.each(REFUSALS)("in a %i %s", async (status, code) => {
    const cases = DECIDING.flatMap((name) => TEXTS.map((text) => [name, text] as const));
    let at = 0;
    let isHostile = true;
    const handler: RawHandler = ({ headers, target }, socket) => {
      expect(Object.keys(headers)).not.toContain("x-injected");
      expect(target).not.toContain("injected");
      const [name = "", text = ""] = cases[at] ?? [];
      socket.write(isHostile ? refused(status, code, name, text) : GOOD);
    };
    await withFaults(
      handler,
      async (driver, server) => {
        for (; at < cases.length; at++) {
          isHostile = true;
          expect((await driver.run("fetch", 0, 0, BYTES)).result).toBeLessThan(0);
          // The next operation works: the response changed neither clock, region nor host.
          isHostile = false;
          const next = await driver.run("fetch", 1, 0, BYTES);
          expect([cases[at], driver.code(next)]).toEqual([cases[at], ""]);
          const sent = server.requests.at(-1)?.headers;
          expect(sent?.["x-amz-date"]).toMatch(/^20[0-9]{6}T[0-9]{6}Z$/);
          expect(sent?.host).toBe(new URL(server.address.endpoint ?? "").host);
        }
        expect(driver.completions).toEqual([2 * cases.length]);
      },
      { engine, sizes: [BYTES, BYTES], operations: ["fetch", "create"] },
    );
  });

  const operations = [...ON_BUCKETS].filter((operation) => operation !== "restore");
  test.each(operations)("in a header of a successful %s", async (operation) => {
    let header: Record<string, string> = {};
    const handler: RawHandler = (_, socket) => void socket.write(answer(200, header));
    await withFaults(
      handler,
      async (driver) => {
        // Each operation uses a sixth of the texts; three operations together use all.
        const part = operations.indexOf(operation) % 6;
        const texts = TEXTS.filter((_, i) => i % 6 === part).map(plain);
        for (const name of HEADERS) {
          for (const text of texts) {
            header = { ...TAG, [name]: text };
            await driver.run(operation, 0, 0, BYTES);
          }
        }
        expect(driver.completions).toEqual([HEADERS.length * texts.length]);
      },
      {
        engine,
        operations: [operation],
        dataset: { entityTags: ['"one"'], versions: { each: 1, ids: ["v"] } },
      },
    );
  });
});

describe("a redirect", () => {
  /** A token that only the original server may receive. */
  function useToken(): void {
    setEnvironment({ AWS_SESSION_TOKEN: "stub-session-token" });
  }

  test.each(S3_ENGINES)("%s sends the session token to no other host", async (engine) => {
    useToken();
    try {
      await using other = await startFaultServer((_, socket) => void socket.write(GOOD));
      const places = [
        `${other.address.endpoint}/k`,
        (other.address.endpoint ?? "").replace("127.0.0.1", "localhost"),
        "https://data.s3.us-east-1.amazonaws.com/k",
        "http://ec2-1-2-3-4.compute-1.amazonaws.com/k",
        "http://169.254.169.254/latest/meta-data",
      ];
      for (const place of places) {
        const handler: RawHandler = ({ headers }, socket) => {
          expect(headers["x-amz-security-token"]).toBe("stub-session-token");
          socket.write(answer(307, { Location: place }, refusal("TemporaryRedirect")));
        };
        await withFaults(
          handler,
          async (driver) => {
            await driver.run("fetch", 0, 0, BYTES);
          },
          { engine },
        );
      }
      for (const { headers } of other.requests) {
        expect(headers).not.toHaveProperty("x-amz-security-token");
        expect(headers.authorization).not.toContain("x-amz-security-token");
      }
      // The wire engine follows to another port of the host; the SDK follows no redirect.
      expect(other.requests).toHaveLength(engine === "s3-wire" ? 1 : 0);
    } finally {
      setEnvironment({ AWS_SESSION_TOKEN: undefined });
    }
  });

  test.each(S3_ENGINES)("%s reports a redirect to a login page with its host", async (engine) => {
    const handler: RawHandler = (_, socket) =>
      void socket.write(answer(302, { Location: "https://login.example/in?to=x" }));
    await withFaults(
      handler,
      async (driver) => {
        const { result } = await driver.run("fetch", 0, 0, BYTES);
        expect(driver.session.explain(result)).toEqual({
          code: "HTTP 302",
          message:
            "the S3 server responded with 302 and a redirect to https://login.example, " +
            "which is not followed",
        });
      },
      { engine },
    );
  });
});
