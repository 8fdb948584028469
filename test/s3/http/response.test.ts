import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeOf } from "../../../src/model/fault/errors.ts";
import { type ResponseListener, ResponseParser } from "../../../src/s3/http/response.ts";

/** A parsed response, or the code of its error. */
interface Seen {
  status: number;
  length: number;
  tag: string | null;
  hash: number;
  keepAlive: boolean;
  body: string;
  ended: number;
  problem: string;
}

/** Feeds the bytes in pieces that end at `cuts`, each at the start of one reused buffer. */
function parse(bytes: Buffer, cuts: readonly number[] = [], bodiless = false): Seen {
  const seen: Seen = {
    status: 0,
    length: -2,
    tag: null,
    hash: 0,
    keepAlive: false,
    body: "",
    ended: 0,
    problem: "",
  };
  const listener: ResponseListener = {
    onHead(answer) {
      seen.status = answer.status;
      seen.length = answer.contentLength;
      seen.tag = answer.header("etag");
      seen.hash = answer.etagHash();
    },
    onBody(buffer, from, to) {
      expect(to).toBeGreaterThan(from);
      seen.body += buffer.toString("latin1", from, to);
    },
    onEnd() {
      seen.ended++;
      seen.keepAlive = parser.keepAlive;
    },
  };
  const parser = new ResponseParser(listener);
  parser.begin(bodiless);
  const reused = Buffer.alloc(bytes.length, "\r\n\r\n");
  let from = 0;
  try {
    for (const to of [...cuts, bytes.length]) {
      bytes.copy(reused, 0, from, to);
      if (to > from && parser.busy) parser.feed(reused, to - from);
      from = to;
    }
    if (parser.busy && !parser.closed()) seen.problem = "cut off";
  } catch (error) {
    seen.problem = codeOf(error);
  }
  return seen;
}

const name = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/)
  .filter((text) => !/^(content-length|transfer-encoding|connection|etag)$/i.test(text));
const value = fc.stringMatching(/^[!-~]?([ -~]{0,40}[!-~])?$/);
const body = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((b) => String.fromCharCode(b)),
  maxLength: 300,
});

const framed = fc
  .record({
    status: fc.constantFrom("200 OK", "206 Partial Content", "404 Not Found", "500", "503 "),
    headers: fc.array(fc.tuple(name, value), { maxLength: 8 }),
    interim: fc.constantFrom("", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 X\r\na: b\r\n\r\n"),
    tag: fc.constantFrom("", 'ETag: "0123abc"\r\n', 'etag:"x"\r\n'),
    body,
    framing: fc.constantFrom("length", "chunked", "close"),
    sizes: fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 10 }),
  })
  .map((answer) => ({ ...answer, bytes: Buffer.from(textOf(answer), "latin1") }));

function textOf(answer: {
  status: string;
  headers: readonly (readonly [string, string])[];
  interim: string;
  tag: string;
  body: string;
  framing: string;
  sizes: readonly number[];
}): string {
  const headers = answer.headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = `${answer.interim}HTTP/1.1 ${answer.status}\r\n${headers}${answer.tag}`;
  if (answer.framing === "length") {
    return `${head}Content-Length: ${answer.body.length}\r\n\r\n${answer.body}`;
  }
  if (answer.framing === "close") return `${head}\r\n${answer.body}`;
  let chunks = "";
  let at = 0;
  for (let i = 0; at < answer.body.length; i++) {
    const chunk = answer.body.slice(at, at + (answer.sizes[i % answer.sizes.length] ?? 1));
    chunks += `${chunk.length.toString(16)}${i % 2 === 0 ? "" : ";x=1"}\r\n${chunk}\r\n`;
    at += chunk.length;
  }
  return `${head}transfer-encoding: Chunked\r\n\r\n${chunks}0\r\nx-trailer: 1\r\n\r\n`;
}

describe("responses", () => {
  test("are parsed the same when split anywhere", () => {
    fc.assert(
      fc.property(framed, fc.array(fc.nat(), { maxLength: 12 }), (answer, points) => {
        const cuts = points.map((point) => point % (answer.bytes.length + 1)).sort((a, b) => a - b);
        const seen = parse(answer.bytes, cuts);
        expect(seen).toEqual(parse(answer.bytes));
        expect(seen).toMatchObject({ problem: "", ended: 1, body: answer.body });
        expect(seen.status).toBe(Number(answer.status.slice(0, 3)));
        expect(seen.tag).toBe(answer.tag === "" ? null : answer.tag.slice(5).trim());
        expect(seen.hash === 0).toBe(answer.tag === "");
        expect(seen.keepAlive).toBe(answer.framing !== "close");
      }),
      { numRuns: 500 },
    );
  });

  test("are parsed the same byte by byte", () => {
    fc.assert(
      fc.property(framed, ({ bytes }) => {
        const every = Array.from(bytes, (_, i) => i);
        expect(parse(bytes, every)).toEqual(parse(bytes));
      }),
    );
  });

  test("of random bytes end or are rejected, split anywhere", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      // A valid response with some bytes changed.
      fc
        .tuple(
          framed,
          fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
        )
        .map(([{ bytes }, changes]) => {
          const changed = Buffer.from(bytes);
          for (const [at, byte] of changes) changed[at % changed.length] = byte;
          return changed;
        }),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 6 }), (bytes, points) => {
        const cuts = points.map((point) => point % (bytes.length + 1)).sort((a, b) => a - b);
        const whole = parse(bytes);
        const pieces = parse(bytes, cuts);
        expect(whole.problem === "" ? 1 : 0).toBe(whole.ended);
        // An error in an incomplete head may not be detected yet.
        expect(pieces.problem === "").toBe(whole.problem === "");
        const { keepAlive: _, ...same } = whole;
        if (whole.problem === "") expect(pieces).toMatchObject(same);
      }),
      { numRuns: 2000 },
    );
  });
});

const MALFORMED: readonly (readonly [string, string])[] = [
  ["HTTP/2 200 OK\r\n\r\n", "HPE_INVALID_CONSTANT"],
  ["SSH-2.0-OpenSSH_9.6\r\n", "HPE_INVALID_CONSTANT"],
  ["HTTP/1.1 2x0 OK\r\n\r\n", "HPE_INVALID_STATUS"],
  ["HTTP/1.1 99 OK\r\n\r\n", "HPE_INVALID_STATUS"],
  ["HTTP/1.1 200 OK\nA: b\n\n", "HPE_INVALID_HEADER_TOKEN"],
  ["HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HPE_INVALID_HEADER_TOKEN"],
  ["HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HPE_INVALID_HEADER_TOKEN"],
  ["HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n", "HPE_INVALID_HEADER_TOKEN"],
  ["HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n", "HPE_INVALID_CONTENT_LENGTH"],
  ["HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HPE_INVALID_CONTENT_LENGTH"],
  [
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "HPE_INVALID_CONTENT_LENGTH",
  ],
  [
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HPE_UNEXPECTED_CONTENT_LENGTH",
  ],
  ["HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HPE_INVALID_TRANSFER_ENCODING"],
  ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz", "HPE_INVALID_CHUNK_SIZE"],
  ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab", "HPE_INVALID_CHUNK_SIZE"],
  ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nab", "HPE_INVALID_CHUNK_SIZE"],
  ["HTTP/1.1 101 Switching Protocols\r\n\r\n", "HPE_HEADER_OVERFLOW"],
  [`${"HTTP/1.1 100 Continue\r\n\r\n".repeat(17)}`, "HPE_HEADER_OVERFLOW"],
  [`HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(4000)}`, "HPE_HEADER_OVERFLOW"],
  [`HTTP/1.1 200 OK\r\nA: ${"b".repeat(20_000)}`, "HPE_HEADER_OVERFLOW"],
  ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "cut off"],
  ["HTTP/1.1 200 OK\r\nContent-", "cut off"],
];

describe("single responses", () => {
  test.each(MALFORMED)("rejects malformed: %.60j", (text, problem) => {
    const bytes = Buffer.from(text, "latin1");
    expect(parse(bytes)).toMatchObject({ problem, ended: 0 });
    const every = Array.from(bytes, (_, i) => i);
    expect(parse(bytes, every).problem).toBe(problem);
  });

  test("to a HEAD, 204 and 304 have no body, whatever their headers", () => {
    const length = "Content-Length: 50\r\n\r\n";
    expect(parse(Buffer.from(`HTTP/1.1 200 OK\r\n${length}`), [], true)).toMatchObject({
      ended: 1,
      length: 50,
      keepAlive: true,
    });
    for (const status of [204, 304]) {
      expect(parse(Buffer.from(`HTTP/1.1 ${status} X\r\n${length}`)).ended).toBe(1);
    }
  });

  test("a connection is closed on request of the server or after surplus bytes", () => {
    const alive = (text: string) => parse(Buffer.from(text)).keepAlive;
    expect(alive("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")).toBe(true);
    expect(alive("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n")).toBe(false);
    expect(alive("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")).toBe(false);
    expect(alive("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab")).toBe(false);
  });
});
