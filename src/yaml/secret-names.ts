import { secretForms } from "../model/secret-forms.ts";

/** Words that mark a credential anywhere in a name. */
const WORDS = [
  /secret|pass_?(w(or)?d|phrase|code)|credential|bearer|authoriz|jwt|kubeconfig|netrc/,
  /webhook|hook_ur[il]|mnemonic|(seed|recovery|backup)_phrase|dsn$|conn(ection)?_?str(ing)?/,
  /sas_?(url|uri)|(azure|blob|storage|account|container)_sas\b/,
];
const OPENERS =
  "access|api|account|signing|encryption|customer|master|shared|storage|unseal|private|ssh|" +
  "sse|sse_c|deploy|service|client|root";
/** The plural names objects as well: `MAX_KEYS`. */
const KEYS = new RegExp(`(${OPENERS})_?keys(_|$)`);
/** Words that mark a credential at the end of a name: `SSE_KEY`, but not `KEY_COUNT`. */
const LAST = [
  /(^|_)(pin|otp|pat|psk|salt|hmac|pem|pkcs12|creds?|cookies?|signature|private)$/,
  /(key|pass|pwd|pw|auth|tokens?)$/,
];
const SUFFIXES =
  "id|hex|raw|b64|base64|md5|sha256|path|data|value|material|header|config|string|text|" +
  "contents?|json|prod|production|live|dev|staging|stage|test|qa|env|old|new|current|previous";
/** Suffixes that are removed before the check: `SSE_KEY_HEX`, `DB_PASS_PROD`, `KEY1`. */
const ENDING = new RegExp(`_?[0-9]+$|_?file$|_(${SUFFIXES})$`);
const MEASURE_WORDS =
  "counts?|sizes?|bytes|length|len|limit|ttl|age|seconds|ms|type|kind|arn|dir|directory|folder";
/** Names of counts, measures and places, which are not credentials. */
const HARMLESS = new RegExp(`(^|_)(${MEASURE_WORDS})$|_per_|(^|_)tokeniz|^(old_?)?pwd$`);
/** Names of KMS key ids, which are addresses that a scenario may need. */
const KEY_ADDRESS = /(^|_)kms_key(_(id|arn|alias))?$/;
const INDEXED =
  "sort|partition|object|prefix|cache|hash|range|primary|foreign|index|row|group|routing|shard|" +
  "cluster|first|last|start|end|min|max|item|column|tag|label|lookup|dedup|idempotency|public";
/** Names of keys, passes and pins that are not credentials, such as `SORT_KEY`. */
const OTHER_KEY = new RegExp(`(^|_)((${INDEXED})_?key|monkey|donkey|turkey|hotkey)$`);
const ROUNDS = "warm_?up|first|second|last|one|two|single|multi|each|per";
const OTHER_PASS = new RegExp(`(^|_)(${ROUNDS})_?pass$|(by|com|sur|over|under|tres)pass$`);
const OTHER_PIN = /(^|_)(cpu|numa|core|thread|irq|mem|memory|gpu|node|worker|version)_pin$/;

/** Whether the name of a variable or key looks like the name of a credential. */
export function looksSecret(name: string): boolean {
  // Camel case too: `secretAccessKey`, `sseKey`.
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(/[-.]/g, "_");
  const spaced = words.toLowerCase();
  if (HARMLESS.test(spaced) || KEY_ADDRESS.test(spaced)) return false;
  if (WORDS.some((words) => words.test(spaced)) || KEYS.test(spaced)) return true;
  const bare = withoutEndings(spaced);
  const isHarmless = [OTHER_KEY, OTHER_PASS, OTHER_PIN].some((other) => other.test(bare));
  return LAST.some((last) => last.test(bare)) && !isHarmless;
}

function withoutEndings(name: string): string {
  let bare = name;
  for (let shorter = bare.replace(ENDING, ""); shorter !== bare && shorter !== ""; ) {
    bare = shorter;
    shorter = bare.replace(ENDING, "");
  }
  return bare;
}

/** Forms of text that identify a credential, whatever its name. */
const FORMS: readonly (readonly [what: string, form: RegExp])[] = [
  ["a password in a URL", /\/\/[^\s/@:]{0,256}:[^\s/@]{1,256}@|:\/\/[\w-]{20,256}@/],
  ["a PEM key", /-----BEGIN (?!CERTIFICATE|PUBLIC)/],
  ["an AWS access key", /\b(AKIA|ASIA)[A-Z0-9]{12,128}\b/],
  ["a web token (JWT)", /(?<![\w-])eyJ[\w-]{8,512}\.eyJ[\w-]{8}/],
  ["an access token", /\b(gh[opsur]_[A-Za-z0-9]{20}|github_pat_\w{20}|glpat-[\w-]{16})/],
  ["an access token", /\b(xox[abprs]-[\w-]{10}|AIza[\w-]{30}|npm_[A-Za-z0-9]{30})/],
  ["an Authorization header", /\b(Bearer|Basic) [\w+/=.-]{16}/],
  ["a signed URL", /[?&](sig|X-Amz-(Signature|Credential|Security-Token))=/i],
  [
    "a secret in a connection string",
    /\b(password|passwd|pwd|accountkey|accesskey|secret)=[^\s;&]{4}/i,
  ],
];

/** The kind of credential that a text contains, "a password in a URL"; null if none is found. */
function credentialForm(text: string): string | null {
  return FORMS.find(([, form]) => form.test(text))?.[0] ?? null;
}

/** Value of an environment variable that is named like a credential. */
export interface SecretValue {
  readonly name: string;
  /** The value as it is, and its encodings. */
  readonly forms: readonly string[];
}

/** Shorter values occur in texts by chance. */
const SHORTEST_WHOLE = 8;
const SHORTEST_PART = 16;

/** Returns the values of the variables that are named like credentials. */
export function secretValues(env: Readonly<Record<string, string | undefined>>) {
  return Object.entries(env).flatMap(([name, value]): readonly SecretValue[] =>
    value !== undefined &&
    value.length >= SHORTEST_WHOLE &&
    looksSecret(name) &&
    !isAddress(name, value)
      ? [{ name, forms: secretForms(value) }]
      : [],
  );
}

const NAMES_A_FILE = /(file|path|kubeconfig|netrc)$/i;

/** Whether a value is the place of a credential (a path or an ARN), not the credential itself. */
function isAddress(name: string, value: string): boolean {
  if (credentialForm(value) !== null) return false;
  if (NAMES_A_FILE.test(name) || value.startsWith("arn:")) return true;
  const parts = value.split("/");
  // A base64 key can start with a slash, too.
  const isRandom = (part: string) =>
    part.length >= SHORTEST_PART && /[a-z]/.test(part) && /[A-Z]/.test(part) && /\d/.test(part);
  return /^(~|\.\.?)?\//.test(value) && parts.length > 2 && !parts.some(isRandom);
}

/** Error for a text that contains a credential; null if it contains none. */
export function secretProblem(text: string, secrets: readonly SecretValue[]): string | null {
  const name = secretIn(text, secrets);
  const form = credentialForm(text);
  const found =
    name === null
      ? form
      : `the value of the environment variable ${name}, which looks like a credential`;
  if (found === null) return null;
  return `this text contains ${found}; assay stores and prints texts from files, so remove it`;
}

/** Name of the variable whose credential a text contains; null if it contains none. */
function secretIn(text: string, secrets: readonly SecretValue[]): string | null {
  const found = secrets.find(({ forms }) =>
    forms.some((form) => text === form || (form.length >= SHORTEST_PART && text.includes(form))),
  );
  return found?.name ?? null;
}
