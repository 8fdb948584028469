import { describe, expect, it } from "vitest";
import { planScenario } from "../../src/scenario/index.ts";
import { parseTargets } from "../../src/scenario/targets/targets.ts";
import { looksSecret } from "../../src/yaml/secret-names.ts";

const CREDENTIALS = `SSE_KEY_HEX SSEKEY SSECKEY SSHKEY HMACKEY AESKEY PRIVKEY KEY_MATERIAL KEY1
  SSH_KEY_DATA CLIENT_KEY_DATA AWS_KEY_VALUE SSE_KEY_PROD VAULT_UNSEAL_KEYS DB_PASS_PROD DBPASS
  DBPWD USERPASS PGPASS ROOTPW PASSFILE AUTH_HEADER BASIC_AUTH_VALUE DOCKER_AUTH_CONFIG AZURE_SAS
  CONNSTR SLACK_HOOK_URL SEED_PHRASE MNEMONIC GITHUBTOKEN accessToken session_cookie MYSQL_PWD
  OAUTH KUBECONFIG x-api-key ENCRYPTION_KEYS TOKEN2 MINIO_KMS_SECRET_KEY`.split(/\s+/);
const HARMLESS = `PWD OLDPWD PRIVATE_DIR TOKEN_DIR TOKENIZER_SIZE TOKENS_PER_FILE TOKEN_COUNT
  SORT_KEY PARTITION_KEY OBJECT_KEY PREFIX_KEY CACHE_KEY WARMUP_PASS CPU_PIN NUMA_PIN COOKIE_COUNT
  SIGNATURE_SIZE PRIVATE_SUBNET BENCH_KMS_KEY_ID EBS_KMS_KEY_ID KMS_KEY AWS_KMS_KEY_ARN MAX_KEYS
  KEY_LENGTH MONKEY BYPASS COMPASS SPIN objectKey KEYS_PER_PREFIX AWS_PROFILE PATTERN`.split(/\s+/);
const HEX = "00112233445566778899aabbccddeeff";
const FORMS = [
  "https://admin:hunter2secret@db/x",
  "redis://:hunter2secret@cache:6379",
  "https://hunter2secret0123456789@git.example/x",
  "-----BEGIN RSA PRIVATE KEY-----",
  "AKIAIOSFODNN7EXAMPLE",
  "ASIAIOSFODNN7EXAMPLE",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN",
  "https://b.example/o?X-Amz-Signature=abcdef0123456789",
  "Server=db;Password=hunter2;",
];
const NO_FORMS = [
  "http://127.0.0.1:9000/a@b",
  "git@github.com:a/b",
  "10:30 // 5:1",
  "-----BEGIN CERTIFICATE-----",
  "tokens/s: eyJ",
  "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
];

const ref = (name: string) => `\${${name}}`;
const title = (text: string) => `name: x
title: '${text}'
datasets: { data: { count: 1, size: 1MiB } }
phases: [{ name: p, operation: read, access: random, blockSize: 4KiB, duration: 1s }]
`;
const target = (path: string) => `targets: { a: { kind: directory, path: '${path}' } }\n`;

function refusal(read: () => unknown): string {
  try {
    read();
    return "";
  } catch (error) {
    return error instanceof Error && error.name === "ScenarioError" ? error.message : `? ${error}`;
  }
}

/** In a scenario, in a targets file and in `--set`. */
function refusals(text: string, env: Record<string, string> = {}): readonly string[] {
  return [
    refusal(() => planScenario("a.yaml", title(text), { env, set: [] })),
    refusal(() => planScenario("a.yaml", title("t"), { env, set: [`title='${text}'`] })),
    refusal(() => parseTargets("t.yaml", target(text), env)),
  ];
}

describe("names", () => {
  it("of credentials are distinguished from similar names", () => {
    expect(CREDENTIALS.filter((name) => !looksSecret(name))).toEqual([]);
    expect(HARMLESS.filter(looksSecret)).toEqual([]);
  });
});

describe("values", () => {
  it.each(FORMS)("%s is a credential by its form, typed in or from a variable", (value) => {
    for (const said of [...refusals(value), ...refusals(ref("ASSAY_V"), { ASSAY_V: value })]) {
      expect(said.split("\n")).toEqual([
        expect.stringMatching(/: this text contains an? .*; .* so remove it$/),
      ]);
      expect(said).not.toContain("hunter2");
    }
  });

  it.each(NO_FORMS)("%s is none", (value) => {
    expect(refusals(value)).toEqual(["", "", ""]);
  });

  it.each(["PWD", "OLDPWD", "TOKEN_DIR", "KUBECONFIG", "AWS_WEB_IDENTITY_TOKEN_FILE", "MY_AUTH"])(
    "a path in %s is no credential",
    (name) => {
      const path = "/mnt/vol-gp3/project-folder";
      expect(refusals(`${path}/data`, { [name]: path })).toEqual(["", "", ""]);
      expect(refusals(path, { [name]: path })).toEqual(["", "", ""]);
    },
  );

  it("an ARN and the id of a key of KMS are none", () => {
    const arn = NO_FORMS.at(-1) ?? "";
    const env = { EBS_KMS_KEY_ID: arn, MY_KEY: arn };
    expect(refusals(arn, env)).toEqual(["", "", ""]);
  });

  it("a key that begins as a path does is one", () => {
    const value = "/7MDENGbPxRfiCYK/wJalrXUtnFEMIabcEXAMPLE4";
    for (const said of refusals(value, { AWS_SECRET_ACCESS_KEY: value })) {
      expect(said).toContain("AWS_SECRET_ACCESS_KEY");
    }
  });

  it("detects credentials in base64 and URL encoding, once each", () => {
    const value = `${HEX}+?&`;
    const forms = [value, Buffer.from(value).toString("base64"), encodeURIComponent(value)];
    for (const said of forms.flatMap((form) => refusals(`a ${form} b`, { SSE_KEY_HEX: value }))) {
      expect(said.split("\n")).toEqual([expect.stringContaining("SSE_KEY_HEX")]);
    }
  });
});
