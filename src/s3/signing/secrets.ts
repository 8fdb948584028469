import { secretForms } from "../../model/secret-forms.ts";
import type { Credentials } from "./signature.ts";

/** Minimum length of a secret: shorter values would hide ordinary words. */
const MIN_SECRET = 4;
const VARIABLES = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;

/** All credentials of this thread, of any provider, in all their encodings. */
const known = new Map<string, readonly string[]>();

/** Removes a secret value from all later texts. */
export function concealSecret(value: string | undefined): void {
  if (value === undefined || value.length < MIN_SECRET || known.has(value)) return;
  known.set(value, secretForms(value));
}

/** Removes credentials from all later texts. */
export function concealCredentials(credentials: Credentials): void {
  concealSecret(credentials.accessKeyId);
  concealSecret(credentials.secretAccessKey);
  concealSecret(credentials.sessionToken);
}

/**
 * Returns a text from storage without credentials, also in base64 or URL encoding. Servers and
 * proxies echo headers, and their messages are stored with the run.
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
