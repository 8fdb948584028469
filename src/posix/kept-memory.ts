/** Memory that the kernel may still write to. */
const kept: Uint8Array[] = [];

/**
 * Keeps the buffers of a closed ring with operations in flight until the thread ends. A cached read
 * that a stalled storage completes later is copied to the address of its buffer, where the next
 * phase could have other data by then.
 */
export function keepForKernel(memory: Uint8Array): void {
  kept.push(memory);
}
