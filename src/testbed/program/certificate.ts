import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../../model/fault/errors.ts";

/** A self-signed certificate; the names of its files are the ones that MinIO expects. */
export interface Certificate {
  readonly path: string;
  readonly keyPath: string;
  readonly pem: string;
}

/**
 * Makes a key and a self-signed certificate for names and addresses. Uses OpenSSL, because Node can
 * make keys but not certificates.
 */
export async function makeCertificate(
  folder: string,
  names: readonly string[],
): Promise<Certificate | { failed: string }> {
  const path = join(folder, "public.crt");
  const keyPath = join(folder, "private.key");
  const subjects = names.map((name) => `${isIP(name) === 0 ? "DNS" : "IP"}:${name}`);
  try {
    await mkdir(folder, { recursive: true });
    await promisify(execFile)("openssl", [
      ...["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
      ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
      ...["-addext", `subjectAltName=${subjects.join()}`],
      ...["-keyout", keyPath, "-out", path],
    ]);
    return { path, keyPath, pem: await readFile(path, "utf8") };
  } catch (error) {
    return { failed: `cannot make a certificate with openssl (${messageOf(error)})` };
  }
}
