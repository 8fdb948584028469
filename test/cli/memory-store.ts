import type { IncomingMessage, ServerResponse } from "node:http";
import { startStub } from "../engine/s3-stub.ts";

/** A request as the store heard it: `PUT`, `GET ?list-type`, and for which region it was signed. */
interface Heard {
  readonly what: string;
  readonly host: string;
  readonly region: string;
  readonly accessKey: string;
}

/** Whether a request gets no response. */
export type SilentWhen = (what: string, key: string) => boolean;

/** An S3 endpoint that keeps objects in memory and what it was asked; no signature is checked. */
export interface MemoryStore extends AsyncDisposable {
  readonly endpoint: string;
  readonly heard: readonly Heard[];
  /** Keys that are there. */
  readonly keys: () => readonly string[];
  /**
   * From now on, requests for which this is true get no response. `what` as in `heard`: `PUT`,
   * `GET ?list-type`.
   */
  fallSilent(when: SilentWhen): void;
}

const SUBRESOURCES = ["list-type", "uploads", "versioning", "versions", "delete"];
const LIST = "ListBucketResult";

export async function startMemoryStore(): Promise<MemoryStore> {
  const objects = new Map<string, Buffer>();
  const heard: Heard[] = [];
  let isSilent: SilentWhen = () => false;
  const stub = await startStub((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => respond(request, response, Buffer.concat(chunks)));
  });
  const respond = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
    const url = new URL(request.url ?? "", "http://store");
    const query = url.searchParams;
    const sub = SUBRESOURCES.find((name) => query.has(name));
    const scope = /Credential=([^/]*)\/\d+\/([^/]*)\//.exec(request.headers.authorization ?? "");
    const [, accessKey = "", region = ""] = scope ?? [];
    const what = sub === undefined ? (request.method ?? "") : `${request.method} ?${sub}`;
    heard.push({ what, host: request.headers.host ?? "", region, accessKey });
    const key = decodeURIComponent(url.pathname.split("/").slice(2).join("/"));
    if (isSilent(what, key)) return;
    const { status, text } = answerTo(objects, {
      method: request.method ?? "",
      sub,
      key,
      query,
      body,
    });
    const found = status === 206 || status === 200 ? objects.get(key) : undefined;
    const whole = text ?? part(found, request.headers.range);
    response.writeHead(status === 200 && request.headers.range !== undefined ? 206 : status, {
      "content-length": whole.length,
      ...(found === undefined ? {} : { etag: '"1"' }),
    });
    response.end(request.method === "HEAD" ? undefined : whole);
  };
  return {
    endpoint: stub.address.endpoint ?? "",
    heard,
    keys: () => [...objects.keys()],
    fallSilent(when) {
      isSilent = when;
    },
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  };
}

interface Asked {
  readonly method: string;
  readonly sub: string | undefined;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** Status and text; without a text, the object itself. */
function answerTo(
  objects: Map<string, Buffer>,
  { method, sub, key, query, body }: Asked,
): { readonly status: number; readonly text?: Buffer } {
  const xml = (name: string, inner = "") => ({
    status: 200,
    text: Buffer.from(`<?xml version="1.0"?>\n<${name}>${inner}</${name}>`),
  });
  switch (sub) {
    case "versioning":
      return xml("VersioningConfiguration");
    case "uploads":
      return xml("ListMultipartUploadsResult");
    case "versions":
      return xml("ListVersionsResult");
    case "list-type":
      return xml(LIST, listing(objects, query.get("prefix") ?? "", query.get("delimiter")));
    case "delete":
      for (const [, one = ""] of body.toString().matchAll(/<Key>(.*?)<\/Key>/g))
        objects.delete(one);
      return xml("DeleteResult");
    default:
  }
  if (method === "PUT") {
    objects.set(key, body);
    return { status: 200, text: Buffer.alloc(0) };
  }
  if (method === "DELETE") {
    objects.delete(key);
    return { status: 204, text: Buffer.alloc(0) };
  }
  if (key === "" || objects.has(key)) return { status: 200 };
  return { status: 404, text: Buffer.from("<Error><Code>NoSuchKey</Code></Error>") };
}

function listing(
  objects: ReadonlyMap<string, Buffer>,
  prefix: string,
  delimiter: string | null,
): string {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const below = (key: string) => key.slice(prefix.length).split("/");
  const folders = new Set(
    keys.flatMap((key) => {
      const [first = "", ...more] = below(key);
      return delimiter === null || more.length === 0 ? [] : [`${prefix}${first}/`];
    }),
  );
  const files = delimiter === null ? keys : keys.filter((key) => below(key).length === 1);
  return [
    "<IsTruncated>false</IsTruncated>",
    ...files.map(
      (key) => `<Contents><Key>${key}</Key><Size>${objects.get(key)?.length}</Size></Contents>`,
    ),
    ...[...folders].map((one) => `<CommonPrefixes><Prefix>${one}</Prefix></CommonPrefixes>`),
  ].join("");
}

function part(object: Buffer | undefined, range: string | undefined): Buffer {
  const whole = object ?? Buffer.alloc(0);
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  return from === undefined ? whole : whole.subarray(Number(from), Number(to) + 1);
}
