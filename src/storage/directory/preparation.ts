import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { type DatasetLocation, type DatasetPlan, fileName } from "../../model/plan/dataset.ts";
import { filesOfPart, WHOLE } from "../../model/plan/part.ts";
import type { Steps } from "../../posix/file-steps.ts";
import type { Folder } from "../../posix/folder.ts";
import { makeContent } from "../content/content.ts";
import { newCleaning } from "../ownership/cleaning.ts";
import type { KnownDatasets } from "../ownership/known.ts";
import { notOurDirectory } from "../target/refusal.ts";
import type { PrepareOptions } from "../target/target.ts";
import { NotVisibleError, untilVisible } from "../target/visible.ts";
import { type Removal, removeFiles, removeSteps } from "./cleanup/remove.ts";
import { DatasetFolders, eachFile, lastName } from "./files/each-file.ts";
import { datasetChanged, inspect, makeDirectories } from "./files/files.ts";
import { directoryNumbers, OpenDirectories } from "./files/held.ts";
import { refuseTakenNames, restoreNames } from "./files/names.ts";
import { isOwn, whyForeign } from "./files/own.ts";
import { requireCurrent, requireVisible } from "./files/visible.ts";
import type { Holding } from "./holding.ts";
import { checkSpace } from "./writing/space.ts";
import { writeFiles } from "./writing/writing.ts";

/** Prepares the datasets of a run in its directory, whole or this host's part. */
export class Preparation {
  private readonly folder: Folder;
  private readonly hold: Holding;
  private readonly known: KnownDatasets;
  private readonly reused: boolean;
  private readonly held = new OpenDirectories();

  /** `reused`: whether the directory holds kept data of an earlier run, which may be incomplete. */
  constructor(folder: Folder, hold: Holding, known: KnownDatasets, reused: boolean) {
    this.folder = folder;
    this.hold = hold;
    this.known = known;
    this.reused = reused;
  }

  /** Brings a dataset into the state that a phase needs; see `TargetSession.prepare`. */
  async prepare(
    dataset: DatasetPlan,
    needs: "present" | "absent",
    options: PrepareOptions,
  ): Promise<DatasetLocation> {
    this.hold.list(dataset);
    const known = this.known.of(dataset);
    const directories = this.held.of(known.location);
    const location = { ...known.location, held: { root: this.folder.fd, directories } };
    await this.makeDirectories(location, options.signal);
    known.there = "directories";
    known.inParts ||= options.part !== undefined;
    if (needs === "absent") {
      if (!this.hold.isKeeper) return location;
      await this.remove(location, options);
      checkSpace(this.folder, location, location.sizes.keys());
      return location;
    }
    if (!known.inParts) await this.fill(dataset, location, options);
    else if (options.part === undefined) await this.check(location, options);
    else await this.fillPart(dataset, location, options);
    known.changed = false;
    if (options.part === undefined) known.there = "all";
    return location;
  }

  /** Closes the directories that were opened for the workers. */
  close(): void {
    this.held.close();
  }

  /** Waits until this host sees all files that several hosts prepared; writes nothing. */
  private async check(location: DatasetLocation, { renames, signal }: PrepareOptions) {
    await requireVisible(this.folder, location, this.isOurs(), signal);
    if (renames === true) await refuseTakenNames(this.folder, location, signal);
  }

  private isOurs() {
    return isOwn(whyForeign(this.folder));
  }

  private async makeDirectories(location: DatasetLocation, signal: AbortSignal): Promise<void> {
    const numbers = directoryNumbers(location);
    await makeDirectories(this.folder, location, signal, (directory, path) => {
      const number = numbers.get(path);
      if (number !== undefined) this.held.hold(location, number, directory);
    });
  }

  /** Fills this host's part, as soon as its client no longer shows files as they were. */
  private async fillPart(dataset: DatasetPlan, location: DatasetLocation, options: PrepareOptions) {
    await untilVisible(async () => {
      try {
        await this.fill(dataset, location, options);
        return true;
      } catch (error) {
        // Another host created the file, and the client does not show it yet.
        const isThere = error instanceof PreflightError && codeOf(error.cause) === "EEXIST";
        throw isThere ? new NotVisibleError(error.message, { cause: error.cause }) : error;
      }
    }, options.signal);
  }

  /** Writes the missing files, and those that a phase of this run changed. */
  private async fill(dataset: DatasetPlan, location: DatasetLocation, options: PrepareOptions) {
    const { changed } = this.known.of(dataset);
    const found = await this.inspect(location, changed || this.reused, options);
    if (found.foreign.length > 0 || (found.resized.length > 0 && !changed)) {
      throw datasetChanged(this.folder, location, found);
    }
    if (options.renames === true && options.part === undefined) {
      // With other hosts, `check` does it when all of them have restored the names of their files.
      await refuseTakenNames(this.folder, location, options.signal);
    }
    await this.remove(location, options, found.resized);
    const files = [...found.missing, ...found.resized].sort((a, b) => a - b);
    checkSpace(this.folder, location, files, options.part !== undefined);
    const content = makeContent(dataset, location);
    await writeFiles(this.folder, location, content, files, options);
  }

  /** Compares the files with the plan, after restoring the names of renamed files. */
  private async inspect(
    location: DatasetLocation,
    changed: boolean,
    { signal, part }: PrepareOptions,
  ) {
    const isOurs = this.isOurs();
    const look = () =>
      inspect(this.folder, location, signal, isOurs, filesOfPart(part ?? WHOLE, location.count));
    let found = await look();
    if (!changed) return found;
    if (part !== undefined) {
      const missing = new Set(found.missing);
      const own = [...filesOfPart(part, location.count)];
      const seen = own.filter((file) => !missing.has(file));
      await requireCurrent(this.folder, location, seen, signal);
      if (found.resized.length > 0) found = await look();
    }
    const restored = await restoreNames(this.folder, location, found.missing, signal);
    return restored === 0 ? found : look();
  }

  /** Removes files of a dataset, by default all; throws if one cannot be removed. */
  private async remove(
    location: DatasetLocation,
    options: PrepareOptions,
    files?: readonly number[],
  ) {
    const cleaning = newCleaning();
    const removal = { ...options, cleaning, whyForeign: whyForeign(this.folder) };
    if (files === undefined) await removeFiles(this.folder, location, removal);
    else await removeThese(this.folder, location, removal, files);
    const [first] = cleaning.left;
    if (first !== undefined) throw new PreflightError(`dataset "${location.name}": ${first}`);
  }
}

/** Removes the given files of a dataset under their first names. */
async function removeThese(
  folder: Folder,
  location: DatasetLocation,
  removal: Removal,
  files: readonly number[],
): Promise<void> {
  const folders = new DatasetFolders(folder, location);
  const { signal } = removal;
  const remove = function* (file: number): Steps {
    const directory = folders.take(file);
    const name = lastName(fileName(location, file));
    yield* removeSteps(directory, name, location.sizes[file] ?? 0, removal);
    folders.release(file);
  };
  try {
    await eachFile(files, remove, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw notOurDirectory(error, "replace files in", folder.path);
  } finally {
    folders.close();
  }
}
