import type { BucketAddress } from "../../src/model/target.ts";
import { startStub } from "../engine/s3-stub.ts";

/** What a request asks: `GET ?list-type`, `DELETE`, `POST ?delete`; key and query decoded. */
export interface Asked {
  readonly what: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a faulty store answers in place of the right thing; null: the right thing. */
export type Fault = (asked: Asked) => Answer | "silent" | null;

/** A store in memory that keeps every rule of S3, except where its fault says otherwise. */
export interface FaultyStore extends AsyncDisposable {
  readonly address: BucketAddress;
  readonly objects: Map<string, string>;
  /** Requests so far. */
  readonly asked: readonly Asked[];
  fault: Fault;
}

const SUBS = [
  "list-type",
  "uploads",
  "uploadId",
  "versioning",
  "versions",
  "delete",
  "object-lock",
];
const PAGE = 5;

export async function startFaultyStore(versioned = false): Promise<FaultyStore> {
  const objects = new Map<string, string>();
  const asked: Asked[] = [];
  const store = { fault: (() => null) as Fault };
  const stub = await startStub((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://store");
      const sub = SUBS.find((name) => url.searchParams.has(name));
      const one: Asked = {
        what: `${request.method}${sub === undefined ? "" : ` ?${sub}`}`,
        key: decodeURIComponent(url.pathname.split("/").slice(2).join("/")),
        query: url.searchParams,
        body: Buffer.concat(chunks).toString("latin1"),
      };
      asked.push(one);
      const answer = store.fault(one) ?? right(objects, one, versioned);
      if (answer === "silent") return;
      const { status = 200, text = "", headers = {} } = answer;
      // Objects are kept byte by byte.
      const body = Buffer.from(text, ["GET", "HEAD"].includes(one.what) ? "latin1" : "utf8");
      const length = headers["content-length"] ?? String(body.length);
      response.writeHead(status, { ...headers, "content-length": length });
      response.end(request.method === "HEAD" ? undefined : body);
    });
  });
  return Object.assign(store, {
    address: stub.address,
    objects,
    asked,
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  });
}

export function refusal(code: string, status = 403, message = code): Answer {
  return { status, text: `<Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}

function right(objects: Map<string, string>, asked: Asked, versioned: boolean): Answer {
  const { what, key, query, body } = asked;
  switch (what) {
    case "GET ?versioning":
      return xml("VersioningConfiguration", versioned ? "<Status>Enabled</Status>" : "");
    case "GET ?object-lock":
      return refusal("ObjectLockConfigurationNotFoundError", 404);
    case "GET ?uploads":
      return xml("ListMultipartUploadsResult", "<IsTruncated>false</IsTruncated>");
    case "GET ?list-type":
      return listing(objects, query);
    case "GET ?versions":
      return versions(objects, query);
    case "POST ?delete":
      for (const [, one = ""] of body.matchAll(/<Key>(.*?)<\/Key>/g)) objects.delete(one);
      return xml("DeleteResult", "");
    case "POST ?uploads":
      return xml("InitiateMultipartUploadResult", "<UploadId>u1</UploadId>");
    case "POST ?uploadId":
      return xml("CompleteMultipartUploadResult", "<ETag>&quot;1&quot;</ETag>");
    case "PUT ?uploadId":
      return { headers: { etag: '"1"' } };
    case "DELETE ?uploadId":
      return { status: 204 };
    case "PUT":
      objects.set(key, body);
      return { headers: { etag: '"1"', ...(versioned ? { "x-amz-version-id": "v1" } : {}) } };
    case "DELETE":
      objects.delete(key);
      return { status: 204 };
    default:
      return found(objects.get(key), versioned);
  }
}

function found(object: string | undefined, versioned: boolean): Answer {
  if (object === undefined) return refusal("NoSuchKey", 404);
  const version = versioned ? { "x-amz-version-id": "v1" } : {};
  return { text: object, headers: { etag: '"1"', ...version } };
}

export function xml(root: string, inner: string): Answer {
  return { text: `<?xml version="1.0"?>\n<${root}>${inner}</${root}>` };
}

/** Pages of five, so that every listing has several. */
function listing(objects: ReadonlyMap<string, string>, query: URLSearchParams): Answer {
  const prefix = query.get("prefix") ?? "";
  const after = query.get("continuation-token") ?? "";
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  if (query.get("delimiter") !== null) {
    const folders = new Set(keys.map((key) => key.slice(0, key.indexOf("/", prefix.length) + 1)));
    const names = [...folders].filter((name) => name.length > prefix.length);
    const inner = names.map((one) => `<CommonPrefixes><Prefix>${one}</Prefix></CommonPrefixes>`);
    return xml("ListBucketResult", `<IsTruncated>false</IsTruncated>${inner.join("")}`);
  }
  const rest = keys.filter((key) => key > after);
  const page = rest.slice(0, PAGE);
  const more = rest.length > PAGE;
  const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
  const inner = page.map((key) => contents(key, objects.get(key)?.length ?? 0)).join("");
  return xml("ListBucketResult", `<IsTruncated>${more}</IsTruncated>${next}${inner}`);
}

function contents(key: string, size: number): string {
  return `<Contents><Key>${key}</Key><Size>${size}</Size><ETag>"1"</ETag></Contents>`;
}

function versions(objects: ReadonlyMap<string, string>, query: URLSearchParams): Answer {
  const prefix = query.get("prefix") ?? "";
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const inner = keys.map(
    (key) =>
      `<Version><Key>${key}</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest>` +
      `<Size>${objects.get(key)?.length}</Size></Version>`,
  );
  return xml("ListVersionsResult", `<IsTruncated>false</IsTruncated>${inner.join("")}`);
}
