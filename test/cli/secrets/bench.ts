import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { customerKey } from "../../../src/s3/object-parameters.ts";
import { startStub } from "../../engine/objects/stub.ts";
import { assayProcess } from "../assay.ts";
import { type Bench, makeBench } from "../bench.ts";

/** What the surroundings of a run hold, none of which may be in anything that it leaves. */
export const ENVIRONMENT = {
  AWS_SESSION_TOKEN: "FwoGZXIvYXdzEBYaDH0s3ss10nT0k3n+/==",
  GITHUB_TOKEN: "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
  ACTIONS_RUNTIME_TOKEN: "eyJhbGciOiJSUzI1NiJ9.aCt10nsRunt1me",
  MINIO_ROOT_PASSWORD: "m1n10-r00t-p4ss",
  AZURE_STORAGE_KEY: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50u==",
  PGPASSWORD: "p0stgres p4ss&word",
  SSE_C_KEY: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
} as const;
export const PROFILE = {
  key: "AKIAPR0F1LEPR0F1LE77",
  secret: "pr0f1le/s3cr3t+Kx9Qm2Vb7Nz4Lw8Rt5Yh1Gj6",
  token: "pr0f1le-s3ss10n-t0k3n-Aa1Bb2Cc3",
};
export const URL_USER = "endp01nt-us3r";
export const URL_PASSWORD = "endp01nt-p4ssw0rd";
export const KEYS = {
  id: "AKIAECH0ECH0ECH0ECH0",
  secret: "ech0/S3cr3tKey+0123456789abcdefghijklmn",
};
const SEED = 42;

/** What must not be found anywhere. */
const SECRETS: readonly string[] = [
  ...Object.values(ENVIRONMENT),
  ...Object.values(PROFILE),
  ...[URL_USER, URL_PASSWORD, ...Object.values(KEYS)],
  customerKey(SEED),
];

/** A secret in every form that a program may write it in. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const encoded = encodeURIComponent(secret);
  return [
    ...[secret, encoded, encoded.toLowerCase(), encoded.replaceAll("%20", "+")],
    ...[bytes.toString("base64"), bytes.toString("base64").replace(/=+$/, "")],
    ...[bytes.toString("base64url"), bytes.toString("hex"), JSON.stringify(secret).slice(1, -1)],
  ];
}

/** A home with a profile, and a folder for what the run leaves. */
export function surroundings(): { readonly bench: Bench; readonly env: Record<string, string> } {
  const bench = makeBench();
  const home = join(bench.cwd, "home");
  mkdirSync(join(home, ".aws"), { recursive: true });
  const { key, secret, token } = PROFILE;
  const keys = `aws_access_key_id=${key}\naws_secret_access_key=${secret}`;
  writeFileSync(
    join(home, ".aws", "credentials"),
    `[default]\n${keys}\naws_session_token=${token}\n[other]\n${keys}\n`,
  );
  const url = `http://${URL_USER}:${URL_PASSWORD}@127.0.0.1:9`;
  writeFileSync(
    join(home, ".aws", "config"),
    `[profile bad]\nregion=eu-west-1\nendpoint_url=${url}\n`,
  );
  const step = join(bench.cwd, "step-summary.md");
  const ci = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: step };
  return { bench, env: { ...ENVIRONMENT, ...ci, HOME: home, AWS_EC2_METADATA_DISABLED: "true" } };
}

/** Files below a folder but for those that hold the secrets rightly, as latin1. */
function* filesOf(folder: string): Generator<readonly [name: string, text: string]> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name === "home" || name.startsWith("input-")) continue;
    if (statSync(path).isDirectory()) yield* filesOf(path);
    else yield [path, readFileSync(path, "latin1")];
  }
}

/** Runs commands and collects all that they print and leave. */
export async function everything(
  { bench, env }: ReturnType<typeof surroundings>,
  commands: readonly (readonly string[])[],
): Promise<{ readonly texts: readonly (readonly [string, string])[]; readonly codes: unknown[] }> {
  const texts: (readonly [string, string])[] = [];
  const codes: unknown[] = [];
  for (const args of commands) {
    const { code, stdout, stderr } = await assayProcess(args, { cwd: bench.cwd, env });
    const name = args.join(" ");
    codes.push(code);
    texts.push([`stdout of ${name}`, stdout], [`stderr of ${name}`, stderr]);
  }
  return { texts: [...texts, ...filesOf(bench.cwd)], codes };
}

/** Fails where any text has any of the secrets, or of more of them. */
export function expectNone(
  texts: readonly (readonly [string, string])[],
  more: readonly string[] = [],
): void {
  const needles = [...SECRETS, ...more].flatMap(formsOf);
  const found = texts.flatMap(([where, text]) =>
    needles.filter((needle) => text.includes(needle)).map((needle) => `${needle} in ${where}`),
  );
  expect(found).toEqual([]);
}

/** A store that refuses everything and quotes the request, headers and all, in its error. */
export async function echoingStore(): Promise<string> {
  const quote = (headers: IncomingHttpHeaders, url: string | undefined): string =>
    `${url} ${JSON.stringify(headers)}`.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const stub = await startStub((request, response) => {
    request.resume();
    const said = quote(request.headers, request.url);
    const id = `<AWSAccessKeyId>${KEYS.id}</AWSAccessKeyId>`;
    const body =
      `<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>no: ${said}` +
      `</Message>${id}<StringToSign>${said}</StringToSign></Error>`;
    response.writeHead(403, { "content-type": "application/xml" }).end(body);
  });
  onTestFinished(() => stub[Symbol.asyncDispose]());
  return stub.address.endpoint ?? "";
}
