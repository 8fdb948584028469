import type { IncomingHttpHeaders } from "node:http";
import { escapeXml } from "../../s3/response/xml.ts";

/** The npm package of the server. */
export const EMBEDDED: string = "fauxqs";

/** Task of the child process, passed on its command line. */
export interface EmbeddedTask {
  readonly port: number;
  /** The only access key id that is accepted. Signatures are not verified. */
  readonly accessKey: string;
  /** File that the child writes when it listens. */
  readonly ready: string;
}

/** A request as far as its handling depends on it. */
export interface Asked {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A response in place of the package's. */
export interface Reply {
  readonly status: number;
  readonly xml: string;
}

/** Query parameters of the requests that the package implements. */
const IMPLEMENTED: ReadonlySet<string> = new Set([
  ...["list-type", "prefix", "delimiter", "max-keys", "continuation-token", "start-after"],
  ...["marker", "encoding-type", "fetch-owner", "x-id", "delete", "uploadId", "partNumber"],
]);

/** Headers of features that the package ignores: a result would describe another request. */
const REFUSED_HEADERS =
  /^x-amz-(server-side-encryption|tagging|object-lock|website-redirect|grant-)|^x-amz-acl$/;

/** An open multipart upload. */
export interface OpenUpload {
  readonly key: string;
  readonly id: string;
}

/**
 * Responds to requests that the package would answer wrongly: it treats a subresource that it does
 * not know as the object or the listing itself. Null: the package answers.
 */
export function replyOf(
  asked: Asked,
  accessKey: string,
  uploads: Iterable<OpenUpload>,
): Reply | null {
  const { method, headers } = asked;
  const { query, key } = parts(asked.url);
  if (!String(headers.authorization ?? "").includes(`Credential=${accessKey}/`)) {
    return fault(403, "InvalidAccessKeyId", "The access key id does not exist.");
  }
  const stray = Object.keys(headers).find((name) => REFUSED_HEADERS.test(name));
  if (stray !== undefined) return missing(stray);
  const storageClass = headers["x-amz-storage-class"] ?? "STANDARD";
  if (storageClass !== "STANDARD") {
    return fault(400, "InvalidStorageClass", `The storage class ${storageClass} does not exist.`);
  }
  if (key === "" && method === "GET") {
    if (query.has("versioning")) return ok("<VersioningConfiguration/>");
    if (query.has("object-lock")) {
      return fault(404, "ObjectLockConfigurationNotFoundError", "There is no object lock.");
    }
    if (query.has("uploads")) return ok(uploadsXml(query.get("prefix") ?? "", uploads));
  }
  const allowed = (name: string): boolean =>
    IMPLEMENTED.has(name) ||
    (name === "uploads" && method === "POST") ||
    (name === "versions" && method === "GET" && key === "") ||
    (name === "versionId" && query.get(name) === "null") ||
    (query.has("versions") && ["key-marker", "version-id-marker"].includes(name));
  const unknown = [...query.keys()].find((name) => !allowed(name));
  return unknown === undefined ? null : missing(unknown);
}

/** The listing request that has the content of a request for versions; null for another request. */
export function listingOfVersions({ method, url }: Asked): string | null {
  const { path, query, key } = parts(url);
  if (method !== "GET" || key !== "" || !query.has("versions")) return null;
  const asked = new URLSearchParams({ "list-type": "2", prefix: query.get("prefix") ?? "" });
  const marker = query.get("key-marker");
  if (marker !== null) asked.set("start-after", marker);
  const most = query.get("max-keys");
  if (most !== null) asked.set("max-keys", most);
  return `${path}?${asked}`;
}

/** Rewrites a listing as one of versions: of each object there is one, with the id `null`. */
export function versionsXml(listing: string): string {
  return listing
    .replaceAll("ListBucketResult", "ListVersionsResult")
    .replaceAll("<Contents>", "<Version><VersionId>null</VersionId><IsLatest>true</IsLatest>")
    .replaceAll("</Contents>", "</Version>")
    .replace(/<NextContinuationToken>(.*?)<\/NextContinuationToken>/, (_, token: string) => {
      const key = escapeXml(Buffer.from(token, "base64").toString());
      return `<NextKeyMarker>${key}</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>`;
    });
}

/** The upload that a response begins; null for another response. */
export function begunUpload(asked: Asked, status: number, body: string): OpenUpload | null {
  const { query, key } = parts(asked.url);
  if (asked.method !== "POST" || !query.has("uploads") || status !== 200) return null;
  const id = /<UploadId>([^<]+)<\/UploadId>/.exec(body)?.[1];
  return id === undefined ? null : { key, id };
}

/** Id of the upload that a request completes or aborts; null for another request. */
export function endedUpload({ method, url }: Asked, status: number): string | null {
  const isEnd = (method === "POST" || method === "DELETE") && status < 300;
  return isEnd ? parts(url).query.get("uploadId") : null;
}

function parts(url: string): { path: string; query: URLSearchParams; key: string } {
  const at = url.indexOf("?");
  const path = at === -1 ? url : url.slice(0, at);
  const [, , ...key] = path.split("/");
  const query = new URLSearchParams(at === -1 ? "" : url.slice(at + 1));
  return { path, query, key: decodeURIComponent(key.join("/")) };
}

function uploadsXml(prefix: string, uploads: Iterable<OpenUpload>): string {
  const listed = [...uploads]
    .filter(({ key }) => key.startsWith(prefix))
    .map(
      ({ key, id }) => `<Upload><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId></Upload>`,
    );
  const end = "<IsTruncated>false</IsTruncated>";
  return `<ListMultipartUploadsResult>${end}${listed.join("")}</ListMultipartUploadsResult>`;
}

const ok = (xml: string): Reply => ({ status: 200, xml });

function missing(what: string): Reply {
  return fault(501, "NotImplemented", `The embedded server does not implement ${what}.`);
}

function fault(status: number, code: string, message: string): Reply {
  const words = escapeXml(message);
  return { status, xml: `<Error><Code>${code}</Code><Message>${words}</Message></Error>` };
}
