import { secretForms } from "../../model/secret-forms.ts";
import type { Credentials } from "./signature.ts";

/** Shorter values are no credentials, and would blot out ordinary words. */
const MIN_SECRET = 4;
const VARIABLES = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;

/** Every credential that this thread signs with, from whichever provider, and its forms. */
const known = new Map<string, readonly string[]>();

/** Keeps a secret value out of all texts from now on. */
export function concealSecret(value: string | undefined): void {
  if (value === undefined || value.length < MIN_SECRET || known.has(value)) return;
  known.set(value, secretForms(value));
}

/** Keeps credentials out of all texts from now on. */
export function concealCredentials(credentials: Credentials): void {
  concealSecret(credentials.accessKeyId);
  concealSecret(credentials.secretAccessKey);
  concealSecret(credentials.sessionToken);
}

/**
 * A text from storage without any credential that it may repeat, also if it is encoded as base64 or
 * for a URL: servers and proxies echo headers, and what they say is stored with the run.
 */
export function withoutSecrets(text: string): string {
  let clean = text;
  for (const name of VARIABLES) concealSecret(process.env[name]);
  for (const forms of known.values()) {
    for (const form of forms) clean = clean.replaceAll(form, "***");
  }
  clean = clean.replace(/\b(AKIA|ASIA)[A-Z0-9]{12,}\b/g, "***");
  clean = clean.replace(/(Credential|Signature|X-Amz-Security-Token)=[^\s,&]+/gi, "$1=***");
  return clean.replace(/\/\/[^\s/@:]{1,256}:[^\s/@]{1,256}@/g, "//***@");
}
