import { createHash } from 'node:crypto';
import type { BlobStore } from './blob-store.ts';

/** The calls of the results service that concern artifacts. */
export const artifactCalls = [
  'CreateArtifact',
  'FinalizeArtifact',
  'ListArtifacts',
  'GetSignedArtifactURL',
  'DeleteArtifact',
] as const;

export type ArtifactCall = (typeof artifactCalls)[number];

/** A finished artifact, as the workflow run shows it. */
export interface FinalizedArtifact {
  readonly name: string;
  readonly id: number;
  /** In bytes. */
  readonly size: number;
  /** SHA-256 in hex, as announced, and as found in the bytes. */
  readonly hash: string;
  readonly mimeType: string;
  /** ISO 8601; absent when the repository's setting applies. */
  readonly expiresAt?: string;
  readonly bytes: Buffer;
}

/** The answer to a call: a status and a JSON body, which is `{code, msg}` for an error. */
export interface CallAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The artifacts of one workflow run. */
export interface ArtifactLedger {
  /** Those that are finished, oldest first. */
  readonly artifacts: readonly FinalizedArtifact[];
  answer(call: ArtifactCall, request: Record<string, unknown>): Promise<CallAnswer>;
}

interface Entry {
  readonly key: string;
  readonly mimeType: string;
  readonly expiresAt?: string;
  finished?: FinalizedArtifact;
}

/**
 * Keeps the rules of the real service: a name is taken from CreateArtifact on, and only a finished artifact can be
 * listed, fetched or deleted. So a name whose upload or FinalizeArtifact failed stays taken for good.
 */
export function createArtifactLedger(
  ids: { runId: string; jobId: string },
  blobs: BlobStore,
): ArtifactLedger {
  const entries = new Map<string, Entry>();
  let created = 0;
  const finished = () => [...entries.values()].flatMap((entry) => entry.finished ?? []);

  function create(request: Record<string, unknown>): Promise<CallAnswer> | CallAnswer {
    const name = text(request['name']);
    if (name === '' || /["<>:|*?\r\n\\/]/u.test(name)) return error(400, 'invalid_argument', 'invalid name');
    if (request['version'] !== 7) return error(400, 'invalid_argument', 'unknown artifact version');
    if (entries.has(name)) {
      return error(409, 'already_exists', 'an artifact with this name already exists on the workflow run');
    }
    const key = `artifact-${++created}`;
    const expiresAt = request['expires_at'];
    entries.set(name, {
      key,
      mimeType: text(request['mime_type']),
      ...(typeof expiresAt === 'string' ? { expiresAt } : {}),
    });
    return blobs.uploadUrl(key).then((url) => ok({ ok: true, signed_upload_url: url }));
  }

  async function finalize(request: Record<string, unknown>): Promise<CallAnswer> {
    const name = text(request['name']);
    const entry = entries.get(name);
    if (entry === undefined || entry.finished !== undefined) return notFound();
    const bytes = await blobs.read(entry.key);
    if (bytes === undefined) return error(400, 'failed_precondition', 'the artifact was not uploaded');
    const hash = createHash('sha256').update(bytes).digest('hex');
    // JSON of protobuf leaves out a zero.
    if ((request['size'] ?? '0') !== String(bytes.length))
      return error(400, 'invalid_argument', 'size mismatch');
    if (request['hash'] !== `sha256:${hash}`) return error(400, 'invalid_argument', 'hash mismatch');
    const { mimeType, expiresAt } = entry;
    const id = 4_000_000_000 + Number(entry.key.slice('artifact-'.length));
    entry.finished = {
      name,
      id,
      size: bytes.length,
      hash,
      mimeType,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      bytes,
    };
    return ok({ ok: true, artifact_id: String(id) });
  }

  function list(request: Record<string, unknown>): CallAnswer {
    const { name_filter: name, id_filter: id } = request;
    return ok({
      artifacts: finished()
        .filter((artifact) => name === undefined || artifact.name === name)
        .filter((artifact) => id === undefined || String(artifact.id) === id)
        .map((artifact) => ({
          workflow_run_backend_id: ids.runId,
          workflow_job_run_backend_id: ids.jobId,
          database_id: String(artifact.id),
          name: artifact.name,
          size: String(artifact.size),
          digest: `sha256:${artifact.hash}`,
        })),
    });
  }

  async function sign(request: Record<string, unknown>): Promise<CallAnswer> {
    const entry = entries.get(text(request['name']));
    if (entry?.finished === undefined) return notFound();
    return ok({ signed_url: await blobs.downloadUrl(entry.key) });
  }

  function remove(request: Record<string, unknown>): CallAnswer {
    const name = text(request['name']);
    const id = entries.get(name)?.finished?.id;
    if (id === undefined) return notFound();
    entries.delete(name);
    return ok({ ok: true, artifact_id: String(id) });
  }

  const handlers = {
    CreateArtifact: create,
    FinalizeArtifact: finalize,
    ListArtifacts: list,
    GetSignedArtifactURL: sign,
    DeleteArtifact: remove,
  } satisfies Record<ArtifactCall, (request: Record<string, unknown>) => Promise<CallAnswer> | CallAnswer>;

  return {
    get artifacts() {
      return finished();
    },
    async answer(call, request) {
      if (
        request['workflow_run_backend_id'] !== ids.runId ||
        request['workflow_job_run_backend_id'] !== ids.jobId
      ) {
        return error(403, 'permission_denied', 'the token is for another job');
      }
      return handlers[call](request);
    },
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function ok(body: Record<string, unknown>): CallAnswer {
  return { status: 200, body };
}

function notFound(): CallAnswer {
  return error(404, 'not_found', 'no such artifact');
}

function error(status: number, code: string, msg: string): CallAnswer {
  return { status, body: { code, msg } };
}
