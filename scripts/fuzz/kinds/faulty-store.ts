import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { escapeXml } from "../../../src/s3/xml.ts";

/** Requests that a clean-up sends, by what they are for. */
export const REQUEST_KINDS = [
  ...["list", "versions", "uploads", "versioning", "lock", "retention"],
  ...["get", "head", "put", "delete", "deleteMany", "abort"],
] as const;
type RequestKind = (typeof REQUEST_KINDS)[number];

/** An answer that stands in for the store's own. */
export interface FaultyAnswer {
  readonly status: number;
  readonly body: string;
}

/** Which requests are answered wrongly: the `from`-th of a kind and the next `times`. */
export interface StoreFault extends FaultyAnswer {
  readonly request: RequestKind;
  readonly from: number;
  readonly times: number;
}

const PAGE = 4;
const TAG = '"0123456789abcdef0123456789abcdef"';

/** A bucket in memory, one page of four keys at a time, that goes wrong as it is told. */
export class FaultyStore {
  readonly objects = new Map<string, string>();
  /** Requests since the last reset. */
  requests = 0;
  #faults: readonly StoreFault[] = [];
  readonly #seen = new Map<string, number>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FaultyStore> {
    const server = createServer();
    const store = new FaultyStore(server);
    server.on("request", (request, response) => void store.#serve(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return store;
  }

  get endpoint(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  }

  /** Begins anew with these objects and faults. */
  reset(objects: ReadonlyMap<string, string>, faults: readonly StoreFault[]): void {
    this.objects.clear();
    for (const [key, text] of objects) this.objects.set(key, text);
    this.#seen.clear();
    this.requests = 0;
    this.#faults = faults;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    let body = "";
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? "/", "http://store");
    const key = decodeURIComponent(url.pathname.replace(/^\/assay\/?/, ""));
    const kind = kindOf(request.method ?? "", url.searchParams, key);
    const nth = this.#seen.get(kind) ?? 0;
    this.#seen.set(kind, nth + 1);
    const fault = this.#faults.find(
      (one) => one.request === kind && nth >= one.from && nth < one.from + one.times,
    );
    const { status, body: text } = fault ?? this.#answer(kind, key, url.searchParams, body);
    response.writeHead(status, { ETag: TAG, "Last-Modified": new Date().toUTCString() });
    response.end(request.method === "HEAD" ? undefined : text);
  }

  #answer(kind: RequestKind, key: string, query: URLSearchParams, body: string): FaultyAnswer {
    switch (kind) {
      case "list":
        return ok(this.#list(query));
      case "versions":
        return ok(root("ListVersionsResult", "<IsTruncated>false</IsTruncated>"));
      case "uploads":
        return ok(root("ListMultipartUploadsResult", "<IsTruncated>false</IsTruncated>"));
      case "versioning":
        return ok(root("VersioningConfiguration", ""));
      case "lock":
      case "retention":
        return refused(404, "ObjectLockConfigurationNotFoundError");
      case "put":
        this.objects.set(key, body);
        return ok("");
      case "delete":
        this.objects.delete(key);
        return { status: 204, body: "" };
      case "deleteMany":
        return ok(this.#deleteMany(body));
      case "abort":
        return refused(404, "NoSuchUpload");
      default: {
        const text = this.objects.get(key);
        return text === undefined ? refused(404, "NoSuchKey") : ok(text);
      }
    }
  }

  #list(query: URLSearchParams): string {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const delimiter = query.get("delimiter") ?? "";
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const folders = new Set<string>();
    const own = keys.filter((key) => {
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      if (end >= 0) folders.add(key.slice(0, end + 1));
      return end < 0;
    });
    const entries = [...own, ...folders].sort().filter((entry) => entry > after);
    const page = entries.slice(0, PAGE);
    const more = entries.length > PAGE;
    const last = escapeXml(page.at(-1) ?? "");
    const token = more ? `<NextContinuationToken>${last}</NextContinuationToken>` : "";
    const listed = page.map((entry) =>
      folders.has(entry)
        ? `<CommonPrefixes><Prefix>${escapeXml(entry)}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${escapeXml(entry)}</Key><ETag>${escapeXml(TAG)}</ETag>` +
          `<Size>${this.objects.get(entry)?.length}</Size></Contents>`,
    );
    const head = `<Name>assay</Name><Prefix>${escapeXml(prefix)}</Prefix>`;
    return root(
      "ListBucketResult",
      `${head}<IsTruncated>${more}</IsTruncated>${token}${listed.join("")}`,
    );
  }

  #deleteMany(body: string): string {
    const keys = [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
    for (const key of keys) this.objects.delete(key);
    const quiet = /<Quiet>true/.test(body);
    const deleted = keys.map((key) => `<Deleted><Key>${key}</Key></Deleted>`);
    return root("DeleteResult", quiet ? "" : deleted.join(""));
  }
}

function kindOf(method: string, query: URLSearchParams, key: string): RequestKind {
  if (query.has("versions")) return "versions";
  if (query.has("uploads")) return "uploads";
  if (query.has("versioning")) return "versioning";
  if (query.has("object-lock")) return "lock";
  if (query.has("retention") || query.has("legal-hold")) return "retention";
  if (query.has("delete")) return "deleteMany";
  if (query.has("uploadId")) return "abort";
  if (method === "GET") return key === "" ? "list" : "get";
  if (method === "PUT") return "put";
  return method === "DELETE" ? "delete" : "head";
}

function ok(body: string): FaultyAnswer {
  return { status: 200, body };
}

function refused(status: number, code: string): FaultyAnswer {
  return { status, body: `<Error><Code>${code}</Code><Message>no</Message></Error>` };
}

function root(name: string, inner: string): string {
  const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  return `<?xml version="1.0"?><${name} ${namespace}>${inner}</${name}>`;
}
