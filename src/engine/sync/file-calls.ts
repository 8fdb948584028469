import { constants } from "node:os";

/**
 * What takes the path of a dataset's file, by the file's number. Results are 0, a descriptor or a
 * count, or a negative errno.
 */
export interface FileCalls {
  /** A descriptor that {@link close} of the same calls closes. */
  openToRead(file: number, renamed: boolean): number;
  /** A new file; EEXIST where there is one. */
  openNew(file: number): number;
  close(fd: number): number;
  stat(file: number, renamed: boolean): number;
  remove(file: number, renamed: boolean): number;
  /**
   * From its second name to its first one where it is renamed, else the other way round; EEXIST
   * where the other name is taken.
   */
  rename(file: number, renamed: boolean): number;
  /** Counts the names in the file's directory, without ever holding all of them. */
  list(file: number): number;
  /** A descriptor of the file's directory, to make the names in it durable. */
  openDirectory(file: number): number;
  /** Lets go of the folder; a second call does nothing. */
  end(): void;
}

const unused = (): number => -constants.errno.ENOTSUP;

/** For sessions that read and write blocks alone, such as those of a device: opens nothing. */
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

/** How the files of a session are opened. */
export interface OpenFlags {
  readonly read: number;
  readonly create: number;
  readonly directory: number;
}

/** Read and write of their owner only, as everything else of a run. */
export const FILE_MODE = 0o600;
