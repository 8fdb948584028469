import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../../src/model/fault/errors.ts";

/** A certificate that is its own authority. */
export interface Certificate {
  readonly path: string;
  readonly pem: string;
}

/**
 * Makes a key and a self-signed certificate for the loopback under the names MinIO looks for,
 * with OpenSSL, since Node can make keys but no certificates.
 */
export async function makeCertificate(folder: string): Promise<Certificate | { failed: string }> {
  const path = join(folder, "public.crt");
  try {
    await mkdir(folder, { recursive: true });
    await promisify(execFile)("openssl", [
      ...["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
      ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
      ...["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:*.localhost"],
      ...["-keyout", join(folder, "private.key"), "-out", path],
    ]);
    return { path, pem: await readFile(path, "utf8") };
  } catch (error) {
    return { failed: `no certificate could be made with openssl (${messageOf(error)})` };
  }
}
