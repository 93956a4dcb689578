import { randomBytes } from 'node:crypto';
import type { BlobStore } from './blob-store.ts';

/** What the blob endpoints answer. */
export interface BlobAnswer {
  readonly status: number;
  readonly blob?: Blob;
}

interface Blob {
  readonly contentType: string;
  readonly content: Buffer;
}

/** A store in memory, and the endpoints that its signed URLs lead to. */
export interface MemoryBlobs extends BlobStore {
  putBlock(url: URL, body: Buffer): BlobAnswer;
  putBlockList(url: URL, body: Buffer, contentType: string): BlobAnswer;
  get(url: URL): BlobAnswer;
}

/**
 * Block blobs as Azure's storage keeps them: blocks have no effect until a list commits them, and each URL is good
 * for one blob and for either writing or reading.
 *
 * @param origin where the endpoints are served; the URLs are `{origin}/blobs/{key}?sp=&sig=`
 */
export function createMemoryBlobs(origin: string): MemoryBlobs {
  const blocks = new Map<string, Buffer>();
  const blobs = new Map<string, Blob>();
  const signature = randomBytes(32).toString('base64');

  const sign = (key: string, permissions: string) => {
    const url = new URL(`/blobs/${encodeURIComponent(key)}`, origin);
    url.searchParams.set('sp', permissions);
    url.searchParams.set('sig', `${signature}${permissions}${key}`);
    return url;
  };
  const keyOf = (url: URL, permissions: string) => {
    const key = decodeURIComponent(url.pathname.slice('/blobs/'.length));
    return url.searchParams.get('sig') === sign(key, permissions).searchParams.get('sig') ? key : undefined;
  };

  return {
    uploadUrl: (key) => Promise.resolve(sign(key, 'cw').href),
    downloadUrl: (key) => Promise.resolve(sign(key, 'r').href),
    read: (key) => Promise.resolve(blobs.get(key)?.content),

    putBlock(url, body) {
      const key = keyOf(url, 'cw');
      const id = url.searchParams.get('blockid');
      if (key === undefined) return { status: 403 };
      if (id === null) return { status: 400 };
      blocks.set(`${key} ${id}`, body);
      return { status: 201 };
    },

    putBlockList(url, body, contentType) {
      const key = keyOf(url, 'cw');
      if (key === undefined) return { status: 403 };
      const listed = [...body.toString('utf8').matchAll(/<Latest>([^<]+)<\/Latest>/gu)];
      const content: Buffer[] = [];
      for (const [, id = ''] of listed) {
        const block = blocks.get(`${key} ${id}`);
        if (block === undefined) return { status: 400 };
        content.push(block);
      }
      blobs.set(key, { contentType, content: Buffer.concat(content) });
      return { status: 201 };
    },

    get(url) {
      const key = keyOf(url, 'r');
      if (key === undefined) return { status: 403 };
      const blob = blobs.get(key);
      return blob === undefined ? { status: 404 } : { status: 200, blob };
    },
  };
}
