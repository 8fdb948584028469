import type { IncomingMessage, ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import { startStub } from "../../engine/objects/stub.ts";

export const KEYS = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };

/** A store that is empty, and denies what `denies` names. */
export async function store(
  denies: (request: IncomingMessage, query: URLSearchParams) => string | null,
) {
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    const { searchParams } = new URL(request.url ?? "", "http://store");
    const code = denies(request, searchParams) ?? answerCode(request, searchParams);
    const status = { AccessDenied: 403, NoSuchBucket: 404, NoSuchUpload: 404, NoSuchKey: 404 }[
      code
    ];
    const body =
      status === undefined ? code : `<Error><Code>${code}</Code><Message>no</Message></Error>`;
    response.writeHead(status ?? 200, { "content-type": "application/xml" });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const stub = await startStub(respond);
  onTestFinished(() => stub[Symbol.asyncDispose]());
  return stub.address.endpoint ?? "";
}

/** The response of an empty bucket: a document, or the code of an error. */
function answerCode({ method }: IncomingMessage, query: URLSearchParams): string {
  if (query.has("uploadId")) return "NoSuchUpload";
  if (query.has("versioning")) return "<VersioningConfiguration/>";
  if (query.has("list-type")) {
    const prefix = query.get("prefix") ?? "";
    const fields = `<Name>assay</Name><Prefix>${prefix}</Prefix><KeyCount>0</KeyCount>`;
    return `<ListBucketResult>${fields}<IsTruncated>false</IsTruncated></ListBucketResult>`;
  }
  return method === "GET" || method === "HEAD" ? "NoSuchKey" : "";
}

const RETENTION =
  "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>" +
  "<DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule>" +
  "</ObjectLockConfiguration>";

function versions(query: URLSearchParams, more = ""): string | null {
  const inner = `<Status>Enabled</Status>${more}`;
  return query.has("versioning")
    ? `<VersioningConfiguration>${inner}</VersioningConfiguration>`
    : null;
}

/** Stores that deny something, and the sentence for each. */
export const STORES: Readonly<Record<string, readonly [Parameters<typeof store>[0], RegExp]>> = {
  "no bucket": [() => "NoSuchBucket", /there is no bucket "assay" at .*; create it or correct/],
  "no permission at all": [() => "AccessDenied", /bucket "assay" at .* denies access/],
  "no permission to list": [
    (_, query) => (query.has("list-type") ? "AccessDenied" : null),
    /bucket "assay" at .* denies access \(AccessDenied\); the credentials need s3:ListBucket/,
  ],
  "no permission to write": [
    ({ method }) => (method === "PUT" ? "AccessDenied" : null),
    /bucket "assay" at .* denies access \(AccessDenied\); the credentials need s3:PutObject/,
  ],
  "no permission to delete": [
    ({ method }) => (method === "DELETE" ? "AccessDenied" : null),
    /the credentials need s3:DeleteObject.* could not be removed/,
  ],
  "a retention by default": [
    (_, query) => versions(query) ?? (query.has("object-lock") ? RETENTION : null),
    /locks each object for 1 day \(Object Lock, COMPLIANCE\).*nothing was written/,
  ],
  "MFA delete": [
    (_, query) => versions(query, "<MfaDelete>Enabled</MfaDelete>"),
    /deletes versions only with a second factor \(MFA delete\)/,
  ],
  "no permission to delete versions": [
    ({ method }, query) =>
      versions(query) ??
      (query.has("object-lock") ? "<ObjectLockConfiguration/>" : null) ??
      (method === "DELETE" ? "AccessDenied" : null),
    /the credentials need s3:DeleteObjectVersion.* could not be removed/,
  ],
};
