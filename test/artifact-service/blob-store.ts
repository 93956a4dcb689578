/** Where the bytes of artifacts go: the stand-in's own memory, or the emulator of Azure's storage. */
export interface BlobStore {
  /** A signed URL under which the block blob `key` can be uploaded, as Azure's client does it. */
  uploadUrl(key: string): Promise<string>;
  /** A signed URL from which the finished blob can be had with GET. */
  downloadUrl(key: string): Promise<string>;
  /** The finished blob; undefined when its blocks were never committed. */
  read(key: string): Promise<Buffer | undefined>;
}
