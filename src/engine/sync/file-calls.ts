import { constants } from "node:os";

/**
 * Calls with the path of a dataset's file, by the file's number. Results are 0, a descriptor or a
 * count, or a negative errno.
 */
export interface FileCalls {
  /** Opens a file; {@link close} of the same object closes it. */
  openToRead(file: number, renamed: boolean): number;
  /** Creates a file; EEXIST if it exists. */
  openNew(file: number): number;
  close(fd: number): number;
  stat(file: number, renamed: boolean): number;
  remove(file: number, renamed: boolean): number;
  /**
   * Renames a file from its second name to its first if `renamed`, else the other way round; EEXIST
   * if the other name exists.
   */
  rename(file: number, renamed: boolean): number;
  /** Counts the names in the file's directory without keeping all of them. */
  list(file: number): number;
  /** Opens the file's directory, to make its names durable. */
  openDirectory(file: number): number;
  /** Closes the directory; a second call does nothing. */
  end(): void;
}

const unused = (): number => -constants.errno.ENOTSUP;

/** File calls of sessions that only read and write blocks, such as on devices: opens nothing. */
export const NO_FILE_CALLS: FileCalls = {
  openToRead: unused,
  openNew: unused,
  close: unused,
  stat: unused,
  remove: unused,
  rename: unused,
  list: unused,
  openDirectory: unused,
  end() {},
};

/** Open flags of a session's files. */
export interface OpenFlags {
  readonly read: number;
  readonly create: number;
  readonly directory: number;
}
