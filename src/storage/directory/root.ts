import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { Folder } from "../../posix/folder.ts";
import { refusal } from "../target/refusal.ts";

/**
 * Opens a target directory by its real path. `path` may be a symbolic link to a directory. The
 * caller closes it.
 *
 * @param use access that this process needs: only to `look`, or to `write`
 * @throws PreflightError if the directory cannot be used
 */
export function openRoot(path: string, use: "look" | "write" = "write"): Folder {
  let root: string;
  let isDirectory: boolean;
  try {
    root = realpathSync(path);
    isDirectory = statSync(root).isDirectory();
  } catch (error) {
    if (codeOf(error) === "ELOOP") {
      throw new PreflightError(
        `the target ${path} is a symbolic link that points to itself; use a directory`,
      );
    }
    if (codeOf(error) !== "ENOENT") throw refusal(error, "open the target directory", path);
    throw new PreflightError(
      `the target directory ${path} does not exist; create it, or mount its file system first`,
    );
  }
  if (!isDirectory) {
    throw new PreflightError(
      `the target ${path} is not a directory; use a directory or a block device`,
    );
  }
  const { R_OK, W_OK, X_OK } = constants;
  try {
    accessSync(root, use === "write" ? R_OK | W_OK | X_OK : R_OK | X_OK);
  } catch (error) {
    const doing = use === "write" ? "write to" : "read";
    throw refusal(error, `${doing} the target directory`, path);
  }
  try {
    return Folder.open(root);
  } catch (error) {
    throw refusal(error, "open the target directory", path);
  }
}
