/**
 * Bodies of responses: XML, error documents, and pages of other servers. `sdk-contract.ts` applies
 * the same contracts to the AWS SDK. Nothing here reads a socket. Read this file first.
 */

import type { ResponseContract } from "../contract/contract.ts";
import { ContractError } from "../contract/contract.ts";
import { NO_HEADERS, StoreError } from "./error.ts";
import { BROKEN_XML, describeBody } from "./not-s3-body.ts";
import { FieldReader, XmlError, type XmlFields, type XmlVisitor } from "./xml.ts";

/** Maximum bytes of XML; a page of 1,000 escaped keys of 1,024 bytes is smaller. */
export const MAX_XML_BYTES = 16 * 1024 * 1024;
/** Maximum bytes of an error document, and of an unexpected body. */
export const MAX_SHORT_BYTES = 64 * 1024;

/** Error for a body above the maximum. */
export function tooLong(maxBytes: number): ContractError {
  return new ContractError("EPROTO", `the response is longer than ${maxBytes} bytes`);
}

/**
 * Reads an XML response. It must be well-formed and have the contract's root and required elements.
 *
 * @param visit called for every element, even if the response is rejected at its end
 * @throws StoreError if it is an error document, which S3 sends with status 200 if it fails late
 * @throws ContractError if it is something else
 */
export function readResponse(
  contract: ResponseContract,
  text: string,
  visit?: XmlVisitor,
): XmlFields {
  const reader = new ResponseReader(contract, visit);
  reader.feed(text);
  return reader.end();
}

/** Does the same as {@link readResponse} in pieces, as they arrive, and keeps only the first. */
export class ResponseReader {
  private readonly contract: ResponseContract;
  private readonly reader: FieldReader;
  /** Start of the text, for errors; enough for a whole error document. */
  private start = "";
  private failure: unknown = null;

  constructor(contract: ResponseContract, visit?: XmlVisitor) {
    this.contract = contract;
    this.reader = new FieldReader(visit);
  }

  /** Reads the next piece; an error is thrown at the end, after the whole response. */
  feed(piece: string): void {
    if (this.start.length < MAX_SHORT_BYTES && this.reader.root !== this.contract.root) {
      this.start += piece;
    }
    if (this.failure !== null) return;
    try {
      this.reader.feed(piece);
    } catch (error) {
      this.failure = error;
    }
  }

  /** Ends the response and returns its fields; throws as {@link readResponse} does. */
  end(): XmlFields {
    const { contract, start } = this;
    let fields: XmlFields;
    try {
      if (this.failure !== null) throw this.failure;
      fields = this.reader.end();
    } catch (error) {
      const got = describeBody("", start);
      if (!(error instanceof XmlError) || got === BROKEN_XML) throw error;
      throw notTheAnswer(contract, got);
    }
    const { "": root = "" } = fields;
    if (root === "Error") throw new StoreError(200, start, NO_HEADERS);
    if (root !== contract.root) {
      const isPage = root.toLowerCase() === "html";
      throw notTheAnswer(contract, isPage ? describeBody("", start) : `<${root.slice(0, 60)}>`);
    }
    const missing = contract.required.find((name) => (fields[name] ?? "") === "");
    if (missing === undefined) return fields;
    const code = missing === "ETag" ? "EETAG" : "ENOTS3";
    throw new ContractError(code, `${contract.request}: the response has no ${missing}`);
  }
}

function notTheAnswer({ request, root }: ResponseContract, got: string): ContractError {
  return new ContractError("ENOTS3", `${request}: expected <${root}>, got ${got}`, got);
}
