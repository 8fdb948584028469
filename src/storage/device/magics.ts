/** Signature of a format on a device. */
interface Signature {
  /** Noun with article that follows "it holds". */
  readonly what: string;
  /** Byte offsets at which the signature may be, on a device of this size. */
  readonly places: (sizeBytes: number) => readonly number[];
  /** Magic numbers, each of which identifies the format. */
  readonly magics: readonly Buffer[];
}

const KIB = 1024;
const SECTOR = 512;

const text = (...values: readonly string[]) => values.map((value) => Buffer.from(value, "latin1"));
const hex = (...values: readonly string[]) => values.map((value) => Buffer.from(value, "hex"));
const at =
  (...places: readonly number[]) =>
  () =>
    places;

/** Returns `count` offsets, starting at `from`, in steps of `step`. */
function range(from: number, count: number, step: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => from + index * step);
}

/** ZFS has two labels at each end; each holds 128 KiB of uberblocks of 1 KiB or more. */
function uberblocks(sizeBytes: number): readonly number[] {
  const label = 256 * KIB;
  const end = Math.floor(sizeBytes / label) * label;
  return [0, label, end - 2 * label, end - label].flatMap((from) =>
    range(from + 128 * KIB, 128, KIB),
  );
}

/** Places of md's superblocks: 1.1, 1.2, 1.0 (last 8 KiB) and 0.90 (last whole 64 KiB). */
function arrays(sizeBytes: number): readonly number[] {
  const sectors = Math.floor(sizeBytes / SECTOR);
  const late = Math.floor((sectors - 16) / 8) * 8 * SECTOR;
  const old = Math.floor(sizeBytes / (64 * KIB)) * 64 * KIB - 64 * KIB;
  return [0, 4 * KIB, late, old];
}

/** Places of a GPT with blocks of 512 or 4096 bytes, and of its copy at the end. */
function guidTables(sizeBytes: number): readonly number[] {
  return [SECTOR, 4 * KIB, sizeBytes - SECTOR, sizeBytes - 4 * KIB];
}

/** A swap signature is at the end of the first page, for each possible page size. */
const SWAP_PLACES = [4, 8, 16, 32, 64].map((pageKib) => pageKib * KIB - 10);

/** The second LUKS2 header follows the first, which has one of these sizes. */
const LUKS_COPIES = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096].map((kib) => kib * KIB);

/**
 * Known signatures. Sources: the documentation of the formats, headers of the Linux kernel
 * (ext4.h, xfs_format.h, btrfs_tree.h, md_p.h, swap.h, bcache.h, msdos_fs.h, f2fs_fs.h and
 * erofs_fs.h), and the UEFI, LUKS and OpenZFS specifications.
 */
export const SIGNATURES: readonly Signature[] = [
  { what: "a GPT partition table", places: guidTables, magics: text("EFI PART") },
  {
    what: "an MBR partition table or a boot sector",
    places: at(510),
    magics: hex("55aa"),
  },
  { what: "an ext2, ext3 or ext4 file system", places: at(0x438), magics: hex("53ef") },
  { what: "an XFS file system", places: at(0), magics: text("XFSB") },
  { what: "a Btrfs file system", places: at(0x10040), magics: text("_BHRfS_M") },
  {
    what: "an LVM2 physical volume",
    places: at(...range(0, 4, SECTOR)),
    magics: text("LABELONE"),
  },
  {
    what: "a swap area",
    places: at(...SWAP_PLACES),
    magics: text("SWAPSPACE2", "SWAP-SPACE", "S1SUSPEND\0", "S2SUSPEND\0"),
  },
  {
    what: "a LUKS container",
    places: at(0, ...LUKS_COPIES),
    magics: text("LUKS\xba\xbe", "SKUL\xba\xbe"),
  },
  { what: "a BitLocker volume", places: at(3), magics: text("-FVE-FS-") },
  {
    what: "a ZFS pool",
    places: uberblocks,
    magics: hex("0cb1ba0000000000", "0000000000bab10c"),
  },
  { what: "an NTFS file system", places: at(3), magics: text("NTFS    ") },
  { what: "an exFAT file system", places: at(3), magics: text("EXFAT   ") },
  { what: "a FAT file system", places: at(54, 82), magics: text("FAT12   ", "FAT16   ", "FAT32") },
  {
    what: "a bcache or bcachefs device",
    places: at(0x1018),
    magics: hex("c68573f64e1a45ca8265f57f48ba6d81", "c68573f666ce90a9d96a60cf803df7ef"),
  },
  { what: "a member of an md array", places: arrays, magics: hex("fc4e2ba9", "a92b4efc") },
  {
    what: "a member of an Intel firmware array",
    places: (size) => [size - 2 * SECTOR],
    magics: text("Intel Raid ISM Cfg Sig. "),
  },
  {
    what: "a member of a DDF array",
    places: (size) => [size - SECTOR, size - 257 * SECTOR],
    magics: hex("de11de11"),
  },
  { what: "an F2FS file system", places: at(KIB), magics: hex("1020f5f2") },
  { what: "an EROFS file system", places: at(KIB), magics: hex("e2e1f5e0") },
  { what: "a SquashFS file system", places: at(0), magics: text("hsqs") },
  { what: "a JFS file system", places: at(0x8000), magics: text("JFS1") },
  {
    what: "a ReiserFS file system",
    places: at(0x2034, 0x10034),
    magics: text("ReIsErFs", "ReIsEr2Fs", "ReIsEr3Fs"),
  },
  { what: "a GFS2 file system", places: at(0x10000), magics: hex("01161970") },
  { what: "an OCFS2 file system", places: at(1024, 2048, 4096, 8192), magics: text("OCFSV2") },
  { what: "an ISO 9660 file system", places: at(0x8001), magics: text("CD001") },
  { what: "a UDF file system", places: at(...range(0x8001, 8, 2048)), magics: text("NSR0") },
  { what: "an HFS+ file system", places: at(KIB), magics: text("H+\0\x04", "HX\0\x05") },
  { what: "an APFS container", places: at(32), magics: text("NXSB") },
  { what: "a Ceph BlueStore device", places: at(0), magics: text("bluestore block device") },
  { what: "an Oracle ASM disk", places: at(32), magics: text("ORCLDISK") },
  { what: "a VMFS volume", places: at(KIB * KIB), magics: hex("0dd001c0") },
  { what: "a NILFS2 file system", places: at(0x406), magics: hex("3434") },
  { what: "a Stratis pool", places: at(SECTOR + 4, 9 * SECTOR + 4), magics: text("!Stra0tis\x86") },
  { what: "a dm-integrity device", places: at(0), magics: text("integrt\0") },
  { what: "a dm-verity device", places: at(0), magics: text("verity\0\0") },
  {
    what: "a DRBD device",
    places: (size) => [size - 4 * KIB + 60],
    magics: hex("8374026b", "8374026c", "8374026d"),
  },
];
