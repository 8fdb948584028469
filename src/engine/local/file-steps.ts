/** Step of an operation on a whole file that an engine has completed. */
export const STEP = {
  ...{ opened: 0, moved: 1, syncedFile: 2, syncedDirectory: 3, looked: 4, ended: 5 },
} as const;

/**
 * Steps of operations on whole files, as an engine performs them: each call starts one, and the
 * engine passes its result to `WholeFiles.proceed` later. A slot has one step in flight at a time.
 */
export interface FileSteps {
  /**
   * Sets the name of a slot's file until {@link leave}; 0 or a negative errno. `whole`: the path
   * may start at the dataset's directory.
   */
  enter(slot: number, file: number, isRenamed: boolean, whole: boolean): number;
  /** The operation of a slot on a file is complete. */
  leave(slot: number, file: number): void;
  /** An operation failed with a negative errno before its first step. */
  refuse(slot: number, errno: number): void;
  /** `opened`: a new file, or one to read. */
  open(slot: number, creates: boolean): void;
  /** `moved`: a block from a position of the file to the start of the slot's memory. */
  read(slot: number, fd: number, position: number, bytes: number): void;
  /** `moved`: from `at` in the slot's memory to a position of the file. */
  write(slot: number, fd: number, position: number, at: number, bytes: number): void;
  /** `syncedFile`. */
  sync(slot: number, fd: number, dataOnly: boolean): void;
  /** `syncedDirectory`: the directory of the slot's file. */
  syncDirectory(slot: number): void;
  /** `ended`. */
  close(slot: number, fd: number): void;
  /** `ended`. */
  stat(slot: number): void;
  /** `ended`. */
  unlink(slot: number): void;
  /** `looked`: a stat of the file's other name. */
  lookAtOther(slot: number, file: number, isRenamed: boolean): void;
  /** `ended`: a rename to the other name. `replaces`: without a check that no file has it. */
  rename(slot: number, file: number, isRenamed: boolean, replaces: boolean): void;
}
