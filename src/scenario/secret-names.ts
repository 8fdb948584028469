import type { Env } from "./interpolate.ts";

/** Words that name a credential wherever they are in a name. */
const WORDS = [
  /secret|passw(or)?d|passphrase|passcode|token|credential|private|signature|bearer|cookie/i,
  /authoriz|jwt|kubeconfig|netrc|webhook|dsn$|connection[_-]?string|sas[_-]?(url|uri)/i,
  /(access|api|account|signing|encryption|customer|master|shared|storage)[_-]?keys?/i,
];
/** Last words that do: `SSE_KEY`, but not `KEYS_PER_PREFIX` or `KEY_COUNT`. */
const LAST = /(^|[_-])(pw|pwd|pass|pin|otp|pat|psk|auth|creds?|salt|hmac|pem|pkcs12|key)$/i;
/** Endings that leave the name of a credential one. */
const ENDINGS = /([_-](id|b64|base64|file|md5|[0-9]+))+$/i;
/** The id of a key of KMS is an address, which a scenario may well need. */
const KEY_ADDRESS = /^(ASSAY_)?((AWS_)?KMS_KEY|SSE_KMS_KEY)(_(ID|ARN|ALIAS))?$/i;

/** Whether a variable or a key is named as credentials are. */
export function looksSecret(name: string): boolean {
  if (KEY_ADDRESS.test(name)) return false;
  // Camel case too: `secretAccessKey`, `sseKey`.
  const spaced = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2");
  return WORDS.some((words) => words.test(spaced)) || LAST.test(spaced.replace(ENDINGS, ""));
}

/** A value that is a credential by where it comes from. */
export interface SecretValue {
  readonly name: string;
  readonly value: string;
}

/** Shorter ones occur in any text by chance. */
const SHORTEST_WHOLE = 8;
const SHORTEST_PART = 16;

/** The values of the variables that are named as credentials are. */
export function secretValues(env: Env): readonly SecretValue[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= SHORTEST_WHOLE && looksSecret(name)
      ? [{ name, value }]
      : [],
  );
}

/** The variable whose credential a text is or contains; null where it has none. */
export function secretIn(text: string, secrets: readonly SecretValue[]): string | null {
  const found = secrets.find(
    ({ value }) => text === value || (value.length >= SHORTEST_PART && text.includes(value)),
  );
  return found?.name ?? null;
}
