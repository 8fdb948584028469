import fc from "fast-check";
import { codeOf } from "../../../src/model/fault/errors.ts";
import { failureCode, preflightFailure } from "../../../src/s3/failure/failure.ts";
import { MalformedResponse } from "../../../src/s3/http/head.ts";
import { type ResponseListener, ResponseParser } from "../../../src/s3/http/response.ts";
import { type ErrorHeaders, StoreError } from "../../../src/s3/response/error.ts";
import { readFields, XmlError } from "../../../src/s3/response/xml.ts";
import { HTTP_ANSWERS, XML_BODIES } from "./answers.ts";
import { type Ending, type Kind, kindOf } from "./kind.ts";
import { hostileText, textLike } from "./text-cases.ts";

/** Result of a parser for some bytes, independent of their split. */
interface Parsed {
  heads: string;
  body: string;
  ends: number;
  problem: string;
}

/** Feeds bytes in pieces that end at `cuts`, each at the start of one reused buffer. */
function parsed(bytes: Buffer, cuts: readonly number[], bodiless: boolean): Parsed {
  const seen: Parsed = { heads: "", body: "", ends: 0, problem: "" };
  const listener: ResponseListener = {
    onHead(head) {
      seen.heads += `${head.status} ${head.contentLength} ${head.header("etag")}\n`;
    },
    onBody(buffer, from, to) {
      if (to <= from || to > buffer.length) throw new Error(`a piece from ${from} to ${to}`);
      seen.body += buffer.toString("latin1", from, to);
    },
    onEnd() {
      seen.ends++;
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
      from = Math.max(from, to);
    }
    if (parser.busy && !parser.closed()) seen.problem = "cut off";
  } catch (error) {
    if (!(error instanceof MalformedResponse)) throw error;
    seen.problem = codeOf(error);
  }
  return seen;
}

/** The same bytes mean the same, whichever pieces they come in: whole, byte by byte, as drawn. */
function tryAnswer(input: HttpCase): Ending {
  const bytes = Buffer.from(input.bytes, "latin1");
  const every = bytes.length > 2000 ? [] : Array.from(bytes, (_, at) => at + 1);
  const drawn = input.cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  const whole = parsed(bytes, [], input.bodiless);
  for (const cuts of [every, drawn]) {
    const other = parsed(bytes, cuts, input.bodiless);
    // What was told before a fault, and which fault it is, depends on the pieces.
    const same =
      whole.problem === "" ? JSON.stringify(other) === JSON.stringify(whole) : other.problem !== "";
    if (!same)
      throw new Error(`in pieces ${JSON.stringify(other)}, whole ${JSON.stringify(whole)}`);
  }
  if (whole.ends > 1) throw new Error(`one answer ended ${whole.ends} times`);
  return whole.problem === "" ? "result" : "sentence";
}

interface HttpCase {
  readonly bytes: string;
  readonly cuts: readonly number[];
  readonly bodiless: boolean;
}

const ADDRESS = {
  endpoint: "http://127.0.0.1:1",
  region: "us-east-1",
  bucket: "assay",
  prefix: "",
  pathStyle: true,
};

const header = fc.option(hostileText, { nil: null });
const headers: fc.Arbitrary<ErrorHeaders> = fc.record({
  region: header,
  location: header,
  date: header,
  retryAfter: header,
  retryAfterMs: header,
});

/** Answers of a store as the wire client reads them. */
export const WIRE_KINDS: readonly Kind[] = [
  kindOf({
    name: "http",
    weight: 300,
    cases: fc.record({
      bytes: textLike(HTTP_ANSWERS),
      cuts: fc.array(fc.nat(1_000_000), { maxLength: 4 }),
      bodiless: fc.boolean(),
    }),
    attempt: tryAnswer,
  }),
  kindOf({
    name: "xml",
    weight: 300,
    cases: textLike(XML_BODIES),
    attempt: (text): Ending => {
      try {
        readFields(text);
        return "result";
      } catch (error) {
        if (error instanceof XmlError) return "sentence";
        throw error;
      }
    },
  }),
  kindOf({
    name: "store-error",
    weight: 120,
    cases: fc.record({
      status: fc.integer({ min: 100, max: 599 }),
      body: textLike(XML_BODIES),
      headers,
    }),
    attempt: ({ status, body, headers: said }): Ending => {
      const error = new StoreError(status, body, said);
      if (failureCode(error) === "") throw new Error("a failure without a code");
      if (preflightFailure(error, ADDRESS).message === "") throw new Error("no sentence");
      return "sentence";
    },
  }),
];
