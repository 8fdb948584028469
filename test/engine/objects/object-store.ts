import type { IncomingHttpHeaders } from "node:http";
import { escapeXml } from "../../../src/s3/response/xml.ts";
import { type Stub, startStub } from "./stub.ts";

/** A request as a store takes it; key and query are decoded, a body has a character per byte. */
export interface Asked {
  /** Method, and what of the resource it is about: `PUT`, `PUT copy`, `GET ?list-type`. */
  readonly what: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A response before it is sent; without a status, 200. */
export interface Answer {
  readonly status?: number;
  readonly text?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Options {
  /** Entries of one page of a listing; default: 1000, as S3. */
  readonly page?: number;
  /** Whether the bucket says that it keeps versions; of each object there is one all the same. */
  readonly versioned?: boolean;
}

interface Upload {
  readonly key: string;
  readonly parts: string[];
}

const SUBRESOURCES = [
  ...["list-type", "uploads", "uploadId", "versioning", "versions", "delete", "object-lock"],
];
const TAG = { etag: '"1"' };
const WHOLE = "<IsTruncated>false</IsTruncated>";

/** The objects of one bucket in memory, and what S3 answers to requests for them. */
export class ObjectStore {
  /** Contents by key, a character per byte. */
  readonly objects = new Map<string, string>();
  /** Open multipart uploads by their id. */
  readonly uploads = new Map<string, Upload>();
  readonly #page: number;
  readonly #version: Readonly<Record<string, string>>;
  #begun = 0;

  constructor({ page = 1000, versioned = false }: Options = {}) {
    this.#page = page;
    this.#version = versioned ? { "x-amz-version-id": "v1" } : {};
  }

  answer(asked: Asked): Answer {
    const { what, key, query, body } = asked;
    switch (what) {
      case "GET ?versioning": {
        const isKept = Object.keys(this.#version).length > 0;
        return xml("VersioningConfiguration", isKept ? "<Status>Enabled</Status>" : "");
      }
      case "GET ?object-lock":
        return refusal("ObjectLockConfigurationNotFoundError", 404);
      case "GET ?list-type":
        return xml("ListBucketResult", this.#list(query));
      case "GET ?versions":
        return xml("ListVersionsResult", WHOLE + this.#versions(query.get("prefix") ?? ""));
      case "POST ?delete":
        return xml("DeleteResult", this.#deleteMany(body));
      case "PUT copy":
        this.objects.set(key, this.objects.get(sourceOf(asked)) ?? "");
        return xml("CopyObjectResult", `<ETag>${escapeXml(TAG.etag)}</ETag>`);
      case "PUT":
        this.objects.set(key, body);
        return { headers: { ...TAG, ...this.#version } };
      case "DELETE":
        this.objects.delete(key);
        return { status: 204 };
      default:
        return what.includes("?upload") ? this.#upload(asked) : this.#object(key, asked.headers);
    }
  }

  #upload({ what, key, query, body }: Asked): Answer {
    if (what === "GET ?uploads") {
      const inner = this.#listUploads(query.get("prefix") ?? "");
      return xml("ListMultipartUploadsResult", WHOLE + inner);
    }
    if (what === "POST ?uploads") {
      const id = `u${++this.#begun}`;
      this.uploads.set(id, { key, parts: [] });
      return xml("InitiateMultipartUploadResult", `<UploadId>${id}</UploadId>`);
    }
    const id = query.get("uploadId") ?? "";
    const upload = this.uploads.get(id);
    if (upload === undefined) return refusal("NoSuchUpload", 404);
    if (what === "PUT ?uploadId") {
      upload.parts[Number(query.get("partNumber")) - 1] = body;
      return { headers: TAG };
    }
    this.uploads.delete(id);
    if (what === "DELETE ?uploadId") return { status: 204 };
    this.objects.set(key, upload.parts.join(""));
    return xml("CompleteMultipartUploadResult", `<ETag>${escapeXml(TAG.etag)}</ETag>`);
  }

  #object(key: string, headers: IncomingHttpHeaders): Answer {
    if (key === "") return {};
    const found = this.objects.get(key);
    if (found === undefined) return refusal("NoSuchKey", 404);
    const whole = Buffer.from(found, "latin1");
    const same = { ...TAG, ...this.#version };
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
    if (from === undefined) return { text: whole, headers: same };
    const text = whole.subarray(Number(from), Number(to) + 1);
    const range = `bytes ${from}-${Number(from) + text.length - 1}/${whole.length}`;
    return { status: 206, text, headers: { ...same, "content-range": range } };
  }

  #keys(prefix: string): readonly string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  #list(query: URLSearchParams): string {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const delimiter = query.get("delimiter") ?? "";
    const folders = new Set<string>();
    const own = this.#keys(prefix).filter((key) => {
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      if (end >= 0) folders.add(key.slice(0, end + 1));
      return end < 0;
    });
    const entries = [...own, ...folders].sort().filter((entry) => entry > after);
    const page = entries.slice(0, this.#page);
    const more = entries.length > page.length;
    const last = escapeXml(page.at(-1) ?? "");
    const token = more ? `<NextContinuationToken>${last}</NextContinuationToken>` : "";
    const listed = page.map((entry) =>
      folders.has(entry)
        ? `<CommonPrefixes><Prefix>${escapeXml(entry)}</Prefix></CommonPrefixes>`
        : `<Contents>${this.#fields(entry)}<ETag>${escapeXml(TAG.etag)}</ETag></Contents>`,
    );
    return `<IsTruncated>${more}</IsTruncated>${token}${listed.join("")}`;
  }

  #versions(prefix: string): string {
    const version = "<VersionId>v1</VersionId><IsLatest>true</IsLatest>";
    const listed = this.#keys(prefix).map(
      (key) => `<Version>${this.#fields(key)}${version}</Version>`,
    );
    return listed.join("");
  }

  #fields(key: string): string {
    return `<Key>${escapeXml(key)}</Key><Size>${this.objects.get(key)?.length}</Size>`;
  }

  #listUploads(prefix: string): string {
    const found = [...this.uploads].filter(([, { key }]) => key.startsWith(prefix));
    const listed = found.map(
      ([id, { key }]) => `<Upload><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId></Upload>`,
    );
    return listed.join("");
  }

  #deleteMany(body: string): string {
    const keys = [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
    for (const key of keys) this.objects.delete(key);
    if (/<Quiet>true/.test(body)) return "";
    return keys.map((key) => `<Deleted><Key>${key}</Key></Deleted>`).join("");
  }
}

export function xml(root: string, inner: string): Answer {
  return { text: `<?xml version="1.0"?>\n<${root}>${inner}</${root}>` };
}

export function refusal(code: string, status = 403, message = code): Answer {
  return { status, text: `<Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}

/** Serves what `respond` answers to each request; null: nothing, and the connection stays open. */
export function serveStore(
  respond: (asked: Asked) => Answer | Promise<Answer> | null,
): Promise<Stub> {
  return startStub((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => {});
    response.on("error", () => {});
    request.on("end", async () => {
      const { method = "", headers } = request;
      const url = new URL(request.url ?? "", "http://store");
      const query = url.searchParams;
      const asked: Asked = {
        what: whatOf(method, query, headers),
        key: pathOf(url.pathname),
        query,
        headers,
        body: Buffer.concat(chunks).toString("latin1"),
      };
      const answer = await respond(asked);
      if (answer === null) return;
      const { status = 200, text = "" } = answer;
      const length = { "content-length": String(Buffer.byteLength(text)) };
      response.writeHead(status, { ...length, ...answer.headers });
      response.end(method === "HEAD" ? undefined : text);
    });
  });
}

function whatOf(method: string, query: URLSearchParams, headers: IncomingHttpHeaders): string {
  const sub = SUBRESOURCES.find((name) => query.has(name));
  if (sub !== undefined) return `${method} ?${sub}`;
  return headers["x-amz-copy-source"] === undefined ? method : `${method} copy`;
}

/** The key in `/bucket/key`. */
function pathOf(path: string): string {
  return decodeURIComponent(path.split("/").slice(2).join("/"));
}

function sourceOf({ headers }: Asked): string {
  const source = String(headers["x-amz-copy-source"]);
  return pathOf(source.startsWith("/") ? source : `/${source}`);
}
