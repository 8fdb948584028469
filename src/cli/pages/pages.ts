/**
 * HTML pages of commands: where they are written if stdout does not take them. `stored.ts` writes
 * the page of a run next to it, `open.ts` shows a page in a browser. The pages themselves come from
 * `src/report/html`.
 */

import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import { PAGE_START, renderHtml } from "../../report/html/html.ts";
import type { Document } from "../../report/report.ts";
import { makeFolder, replaceText } from "../../run/store/own-file.ts";

/** The page of a result, and the file for it if it is not sent to stdout. */
export interface ResultPage {
  readonly folder: string;
  readonly name: string;
  /** Makes the document of a page in a directory, to which its links are relative. */
  readonly document: (folder: string) => Document;
}

/** The page of a document, with its file. */
export function pageOf(document: Document, folder: string, name: string): ResultPage {
  return { folder, name, document: () => document };
}

/** The directory that has all of these runs, for a page about them; otherwise `otherwise`. */
export function folderOfRuns(
  stored: readonly { readonly folder: string }[],
  otherwise: string,
): string {
  const [first, ...others] = new Set(stored.map(({ folder }) => dirname(resolve(folder))));
  return first === undefined || others.length > 0 ? otherwise : first;
}

/**
 * Writes a page to its place and returns its path. Replaces an older page of assay.
 *
 * @throws PreflightError if it cannot be written, or if another file is there.
 */
export function writePage({ folder, name, document }: ResultPage): string {
  const path = join(folder, name);
  requireOwnPage(path);
  try {
    makeFolder(resolve(folder));
    replaceText(path, renderHtml(document(folder)));
  } catch (error) {
    throw new PreflightError(
      `cannot write ${path}: ${messageOf(error)}; send the page to another file with >`,
    );
  }
  return path;
}

function requireOwnPage(path: string): void {
  if (!existsSync(path) || startOf(path) === PAGE_START) return;
  throw new PreflightError(
    `${path}: expected no file or a page of assay, got another file; move it, or send the page ` +
      "to another file with >",
  );
}

function startOf(path: string): string | null {
  const start = Buffer.alloc(Buffer.byteLength(PAGE_START));
  try {
    // A pipe without a writer would block the main thread, and with it Ctrl-C.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(fd).isFile()) return null;
      readSync(fd, start);
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
  return start.toString("utf8");
}
