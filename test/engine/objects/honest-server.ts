import type { IncomingHttpHeaders } from "node:http";
import { startStub } from "./stub.ts";

/** Objects of the server, and what all of them hold. */
export const OBJECTS = 3;
export const OBJECT_BYTES = 1000;
export const TAG = '"0123456789abcdef0123456789abcdef"';
export const VERSION = "v1";

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Number of the request, from 0. */
  readonly index: number;
}

/** A response before it is sent; a test breaks one thing of it. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const xml = (root: string, inner: string): Reply => ({
  status: 200,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner}</${root}>`,
});
const none = (status: number, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: "",
});

/** S3's response to one request of the engines. */
function honest(asked: Asked): Reply {
  switch (asked.method) {
    case "PUT":
      return honestPut(asked);
    case "POST":
      return honestPost(asked);
    case "DELETE":
      return none(204);
    case "HEAD":
      return none(200, {
        etag: TAG,
        "content-length": String(OBJECT_BYTES),
        "x-amz-restore": 'ongoing-request="false"',
      });
    default:
      return honestGet(asked);
  }
}

function honestPut({ url, headers }: Asked): Reply {
  if (url.searchParams.has("tagging")) return none(200);
  if (headers["x-amz-copy-source"] !== undefined) {
    return xml("CopyObjectResult", `<ETag>${TAG}</ETag>`);
  }
  return none(200, { etag: TAG, "x-amz-version-id": VERSION });
}

function honestPost({ url: { searchParams: query } }: Asked): Reply {
  if (query.has("delete")) return xml("DeleteResult", "");
  if (query.has("restore")) return none(202);
  if (query.has("uploads")) return xml("InitiateMultipartUploadResult", "<UploadId>u</UploadId>");
  return xml("CompleteMultipartUploadResult", `<ETag>${TAG}</ETag>`);
}

function honestGet({ url: { searchParams: query }, headers }: Asked): Reply {
  if (query.has("tagging")) return xml("Tagging", "<TagSet></TagSet>");
  if (query.has("uploads")) return xml("ListMultipartUploadsResult", "");
  const end = "<IsTruncated>false</IsTruncated>";
  if (query.has("versions")) return xml("ListVersionsResult", end + entries("Version", query));
  if (query.has("list-type")) return xml("ListBucketResult", end + entries("Contents", query));
  if (headers["if-none-match"] !== undefined) return none(304, { etag: TAG });
  const body = "x".repeat(OBJECT_BYTES);
  const version = query.has("versionId") ? { "x-amz-version-id": VERSION } : {};
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "");
  if (range === null) return { status: 200, headers: { etag: TAG, ...version }, body };
  const from = Number(range[1]);
  const to = range[2] === "" ? OBJECT_BYTES - 1 : Number(range[2]);
  const span = { "content-range": `bytes ${from}-${to}/${OBJECT_BYTES}` };
  return { status: 206, headers: { etag: TAG, ...span }, body: body.slice(from, to + 1) };
}

function entries(element: string, query: URLSearchParams): string {
  const of = (file: number) => {
    const key = `<Key>${query.get("prefix")}${String(file).padStart(9, "0")}.bin</Key>`;
    return `<${element}>${key}<Size>${OBJECT_BYTES}</Size><ETag>${TAG}</ETag></${element}>`;
  };
  return Array.from({ length: OBJECTS }, (_, file) => of(file)).join("");
}

/** Serves what S3 answers, or what becomes of it. */
export function startHonestServer(change: (reply: Reply, asked: Asked) => Reply = (one) => one) {
  let index = 0;
  return startStub((request, response) => {
    const { method = "", headers } = request;
    const asked = { method, url: new URL(request.url ?? "", "http://x"), headers, index: index++ };
    request.resume().on("end", () => {
      const reply = change(honest(asked), asked);
      const bodiless = method === "HEAD" || reply.status === 204 || reply.status === 304;
      const length = { "content-length": String(Buffer.byteLength(reply.body)) };
      const chunked = "transfer-encoding" in reply.headers;
      response.writeHead(reply.status, {
        ...(bodiless || chunked ? {} : length),
        ...reply.headers,
      });
      response.end(bodiless ? "" : reply.body);
    });
  });
}
