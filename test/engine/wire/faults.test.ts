import { describe, expect, test } from "vitest";
import { BODY, BYTES, GOOD, TAG, useStubCredentials, withFaults } from "../objects/fault-driver.ts";
import { answer, type RawHandler, refusal } from "../objects/fault-server.ts";
import { openDriver } from "../objects/session.ts";
import { startStub } from "../objects/stub.ts";

useStubCredentials();

/** Sends a number of bytes of a valid response, then acts differently. */
const cutAfter =
  (bytes: number, then: (socket: Parameters<RawHandler>[1]) => void): RawHandler =>
  (_, socket) =>
    void socket.write(GOOD.subarray(0, bytes), () => then(socket));

const HEAD_BYTES = GOOD.length - BYTES;
const FAULTS: readonly (readonly [string, RawHandler, RegExp])[] = [
  ["a reset before the head", (_, socket) => void socket.resetAndDestroy(), /^ECONNRESET$/],
  ["a reset in the head", cutAfter(20, (s) => s.resetAndDestroy()), /^ECONNRESET$/],
  ["a reset after the head", cutAfter(HEAD_BYTES, (s) => s.resetAndDestroy()), /^ECONNRESET$/],
  ["a reset in the body", cutAfter(HEAD_BYTES + 9, (s) => s.resetAndDestroy()), /^ECONNRESET$/],
  ["an end before the head", (_, socket) => void socket.end(), /^ECONNRESET$/],
  ["an end in the head", cutAfter(20, (s) => s.end()), /^ECONNRESET$/],
  ["a body that is cut off", cutAfter(HEAD_BYTES + 9, (s) => s.end()), /^ECONNRESET$/],
  ["silence before the head", () => {}, /^ETIMEDOUT$/],
  ["silence in the head", cutAfter(20, () => {}), /^ETIMEDOUT$/],
  ["silence in the body", cutAfter(HEAD_BYTES + 9, () => {}), /^ETIMEDOUT$/],
  ["headers that drip", drip(GOOD), /^ETIMEDOUT$/],
  ["headers without end", endless, /^HPE_HEADER_OVERFLOW$/],
  [
    "another protocol",
    (_, socket) => void socket.write("220 mail\r\n\r\n"),
    /^HPE_INVALID_CONSTANT$/,
  ],
  ["fewer bytes", (_, socket) => void socket.write(answer(200, TAG, "short")), /^ESHORT$/],
  ["more bytes", (_, socket) => void socket.write(answer(200, TAG, `${BODY}more`)), /^ELONG$/],
  ["more bytes in chunks", (_, socket) => void socket.write(chunked(`${BODY}more`)), /^ELONG$/],
  ["a bare 500", (_, socket) => void socket.write(answer(500, {})), /^HTTP 500$/],
  ["a 500", told(500, refusal("InternalError")), /^InternalError$/],
  ["a proxy's 502", told(502, "<html><body>Bad Gateway</body></html>"), /^HTTP 502$/],
  ["a 503", told(503, refusal("SlowDown")), /^SlowDown$/],
  ["a 503 without a word", told(503, ""), /^SlowDown$/],
  ["an expired token", told(400, refusal("ExpiredToken")), /^ExpiredToken$/],
  ["a bucket that is gone", told(404, refusal("NoSuchBucket")), /^NoSuchBucket$/],
  ["an error without end", told(500, "x".repeat(100_000)), /^EPROTO$/],
];

function told(status: number, body: string): RawHandler {
  return (_, socket) => void socket.write(answer(status, {}, body));
}

function chunked(body: string): string {
  const head = 'HTTP/1.1 200 OK\r\nETag: "1"\r\nTransfer-Encoding: chunked\r\n\r\n';
  return `${head}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}

function drip(bytes: Buffer): RawHandler {
  return (_, socket) => {
    let sent = 0;
    const timer = setInterval(() => {
      if (socket.destroyed) clearInterval(timer);
      else socket.write(bytes.subarray(sent, ++sent));
    }, 50);
  };
}

function endless(_: unknown, socket: Parameters<RawHandler>[1]): void {
  socket.write("HTTP/1.1 200 OK\r\n");
  const more = (): void => {
    if (!socket.destroyed)
      socket.write("x-more: and more\r\n".repeat(50), () => setImmediate(more));
  };
  more();
}

describe("s3-wire with faulty responses", () => {
  test.each(FAULTS)(
    "reports one error for %s, and the next request works",
    async (_, fault, code) => {
      const handler: RawHandler = (request, socket) =>
        request.target.includes("000000000") ? fault(request, socket) : void socket.write(GOOD);
      await withFaults(handler, async (driver) => {
        const failed = await driver.run("fetch", 0, 0, BYTES);
        expect(driver.code(failed)).toMatch(code);
        expect((await driver.run("fetch", 1, 0, BYTES)).result).toBe(BYTES);
        expect(driver.completions).toEqual([2]);
      });
    },
  );

  test("reads chunked bodies and bodies that end with the connection", async () => {
    const handler: RawHandler = ({ index }, socket) => {
      if (index === 0) socket.write(chunked(String(BODY)));
      else socket.end(`HTTP/1.1 200 OK\r\nETag: "1"\r\n\r\n${BODY}`);
    };
    await withFaults(handler, async (driver) => {
      for (const file of [0, 1])
        expect((await driver.run("fetch", file, 0, BYTES)).result).toBe(BYTES);
    });
  });

  test("reports an entity tag that changes in a read-only phase", async () => {
    const handler: RawHandler = ({ index }, socket) =>
      void socket.write(answer(200, { ETag: `"${index}"` }, BODY));
    await withFaults(
      handler,
      async (driver) => {
        expect((await driver.run("fetch", 0, 0, BYTES)).result).toBe(BYTES);
        expect(driver.code(await driver.run("fetch", 0, 0, BYTES))).toBe("EETAG");
      },
      { operations: ["fetch"] },
    );
  });

  test("reports an object stored without an entity tag", async () => {
    await withFaults(
      (_, socket) => void socket.write(answer(200, {})),
      async (driver) => {
        expect(driver.code(await driver.run("create", 0, 0, BYTES))).toBe("EETAG");
      },
    );
  });

  test("accepts a response before the request body's end, and closes the connection", async () => {
    const size = 8 * 1024 * 1024;
    let answered = 0;
    await using stub = await startStub((request, response) => {
      if (answered++ > 0) request.resume().on("end", () => response.writeHead(200, TAG).end());
      else response.writeHead(503).end(refusal("SlowDown"));
    });
    const options = { sizes: [size], operations: ["create"], bufferBytes: size } as const;
    const driver = await openDriver(stub.address, { engine: "s3-wire", ...options });
    expect(driver.code(await driver.run("create", 0, 0, size))).toBe("SlowDown");
    expect((await driver.run("create", 0, 0, size)).result).toBe(size);
    expect(driver.session.counters().connections).toBe(2);
    await driver.session.close();
  });
});
