import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { useStubCredentials, withFaults } from "../objects/fault-driver.ts";
import { answer, type RawHandler, refusal } from "../objects/fault-server.ts";
import type { SessionOptions } from "../objects/session.ts";

useStubCredentials();

const OPTIONS: Partial<SessionOptions> = {
  sizes: [1, 1, 1],
  operations: ["list"],
  dataset: { suffix: "-é&.bin" },
};

const name = (index: number) => `run/d/${String(index).padStart(9, "0")}-é&amp;.bin`;

/** A page with some of the three objects. */
function page(indexes: readonly number[], token: string | null): string {
  const entries = indexes.map((i) => `<Contents><Key>${name(i)}</Key><Size>1</Size></Contents>`);
  const next = token === null ? "" : `<NextContinuationToken>${token}</NextContinuationToken>`;
  const more = `<IsTruncated>${token !== null}</IsTruncated>${next}`;
  return `<?xml version="1.0"?>\n<ListBucketResult>${entries.join("")}${more}</ListBucketResult>`;
}

/** Sends a response in two pieces, which arrive separately. */
function sendSplit(socket: Socket, response: Buffer, at: number): void {
  socket.write(response.subarray(0, at));
  setTimeout(() => socket.write(response.subarray(at)), 2);
}

describe("a listing of s3-wire", () => {
  test("is the same wherever its response is split", async () => {
    const response = answer(200, {}, page([0, 1, 2], null));
    const handler: RawHandler = ({ index }, socket) => sendSplit(socket, response, index + 1);
    await withFaults(
      handler,
      async (driver) => {
        for (let at = 1; at < response.length; at++) {
          expect(await driver.run("list", 0)).toEqual({ result: 0, firstBytes: 0 });
        }
        const { listedEntries, attempts } = driver.session.counters();
        const listings = response.length - 1;
        expect({ listedEntries, attempts }).toEqual({
          listedEntries: 3 * listings,
          attempts: listings,
        });
      },
      OPTIONS,
    );
  });

  test("counts the entries of a page once if its response is lost and repeated", async () => {
    const whole = answer(200, {}, page([1, 2], null));
    const handler: RawHandler = ({ target, index }, socket) => {
      if (!target.includes("continuation-token")) socket.write(answer(200, {}, page([0], "two")));
      else if (index === 1) socket.end(whole.subarray(0, whole.indexOf(name(2)) + 40));
      else socket.write(whole);
    };
    await withFaults(
      handler,
      async (driver) => {
        expect((await driver.run("list", 0)).result).toBe(0);
        expect(driver.session.counters()).toMatchObject({
          ...{ attempts: 3, retries: 1, listedEntries: 3, listedPages: 2 },
        });
      },
      { ...OPTIONS, retries: 1 },
    );
  });

  test.each([
    ["an object that is missing", page([0, 2], null), "EMISSING"],
    ["an entry twice", page([0, 0, 1, 2], null), "ELOOP"],
    ["an error document with status 200", refusal("SlowDown", "x".repeat(100)), "SlowDown"],
    ["a cut document", page([0, 1, 2], null).slice(0, -5), "EXML"],
    ["a character that is cut", Buffer.concat([Buffer.from("<a>"), Buffer.from([0xc3])]), "EXML"],
    ["a page in HTML", "<html><title>Sign in</title></html>", "ENOTS3"],
    ["JSON", `{ "keys": [] }${" ".repeat(20_000)}`, "ENOTS3"],
  ])("fails with %s, and keeps its connection", async (_, body, code) => {
    await withFaults(
      (_, socket) => void socket.write(answer(200, {}, body)),
      async (driver, server) => {
        for (let i = 0; i < 2; i++) expect(driver.code(await driver.run("list", 0))).toBe(code);
        expect(server.connections).toBe(1);
      },
      OPTIONS,
    );
  });
});
