import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { Folder } from "../../posix/folder.ts";
import { refusal } from "../target/refusal.ts";

/**
 * Opens a target directory by its real path. The path the user names may be a symbolic link; what
 * it points to must be a directory this process may use, to `look` only or to `write`. The caller
 * closes it.
 */
export function openRoot(path: string, use: "look" | "write" = "write"): Folder {
  let root: string;
  let isDirectory: boolean;
  try {
    root = realpathSync(path);
    isDirectory = statSync(root).isDirectory();
  } catch (error) {
    if (codeOf(error) === "ELOOP") {
      throw new PreflightError(`the target ${path} is a symbolic link that leads back to itself`);
    }
    if (codeOf(error) !== "ENOENT") throw refusal(error, "open the target directory", path);
    throw new PreflightError(
      `the target directory ${path} does not exist; create it, or mount its file system first`,
    );
  }
  if (!isDirectory) {
    throw new PreflightError(`the target ${path} is not a directory; name a directory to work in`);
  }
  const { R_OK, W_OK, X_OK } = constants;
  try {
    accessSync(root, use === "write" ? R_OK | W_OK | X_OK : R_OK | X_OK);
  } catch (error) {
    const doing = use === "write" ? "write to" : "look into";
    throw refusal(error, `${doing} the target directory`, path);
  }
  try {
    return Folder.open(root);
  } catch (error) {
    throw refusal(error, "open the target directory", path);
  }
}
