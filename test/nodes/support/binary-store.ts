import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { IBinaryData } from 'n8n-workflow';

/** Where n8n keeps binary data when it keeps it in files. */
export class BinaryStore {
  readonly #folder: string;
  #files = 0;

  static async create(): Promise<BinaryStore> {
    return new BinaryStore(await mkdtemp(join(tmpdir(), 'binary-store-')));
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  async store(content: Buffer | Readable | string, fileName: string, mimeType: string): Promise<IBinaryData> {
    this.#files += 1;
    const id = `filesystem:${this.#files}`;
    await writeFile(this.pathOf(id), content);
    const { size } = await stat(this.pathOf(id));
    return { id, data: 'filesystem', fileName, mimeType, bytes: size };
  }

  pathOf(id: string): string {
    return join(this.#folder, id.replace(':', '-'));
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The helpers of n8n that have to do with binary data. */
  get helpers() {
    return {
      prepareBinaryData: (content: Buffer | Readable, fileName: string, mimeType: string) =>
        this.store(content, fileName, mimeType),
      getBinaryStream: (id: string, chunkSize?: number) =>
        Promise.resolve(
          createReadStream(this.pathOf(id), chunkSize === undefined ? {} : { highWaterMark: chunkSize }),
        ),
      getBinaryMetadata: async (id: string) => ({ fileSize: (await stat(this.pathOf(id))).size }),
    };
  }
}
