/** Host and storage of a run. Null values could not be read. */
export interface Environment {
  readonly kernel: string;
  readonly architecture: string;
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Limits of the process's control group; null: no limit. */
  readonly cgroup: {
    readonly version: 1 | 2 | null;
    readonly cpuQuotaCores: number | null;
    readonly memoryLimitBytes: number | null;
  };
  /** Transparent huge pages: `always`, `madvise` or `never`; absent in older runs. */
  readonly hugePages?: string | null;
  readonly clockSource: string | null;
  readonly nodeVersion: string;
  /** Versions of the packages that issue or measure operations, by name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly virtualization: string | null;
  /** Set for targets that are a path. */
  readonly mount: Mount | null;
  readonly device: BlockDevice | null;
}

/** The mount of a path, from `/proc/self/mountinfo`. */
export interface Mount {
  readonly mountPoint: string;
  readonly source: string;
  readonly type: string;
  readonly options: readonly string[];
  /** `major:minor`, as in `/sys/dev/block`. */
  readonly deviceNumber: string;
}

/** The block device behind a mount, from `/sys/dev/block`. */
export interface BlockDevice {
  readonly name: string;
  readonly model: string | null;
  readonly serial: string | null;
  readonly scheduler: string | null;
  readonly rotational: boolean | null;
  readonly sizeBytes: number | null;
  readonly logicalBlockBytes: number | null;
  readonly physicalBlockBytes: number | null;
  readonly queueRequests: number | null;
  readonly maxSectorsKib: number | null;
  readonly readAheadKib: number | null;
}
