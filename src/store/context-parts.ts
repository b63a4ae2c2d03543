import type { Sql } from './database.ts';
import { text } from './row.ts';

/**
 * A context is kept in parts of a million characters. In one piece one of 86 MB (the largest that intake lets in) took the
 * embedded database's memory to 1 GB, and that memory is never given back.
 */
const PART_LENGTH = 1_000_000;

/** Keeps a job's context; `content` is base64 as received. */
export async function writeContext(sql: Sql, jobId: string, content: string): Promise<void> {
  for (let part = 0; part * PART_LENGTH < content.length || part === 0; part += 1)
    await sql.query('INSERT INTO job_contexts (job_id, part, content) VALUES ($1, $2, $3)', [
      jobId,
      part,
      content.slice(part * PART_LENGTH, (part + 1) * PART_LENGTH),
    ]);
}

/** The context as it was written, or null when the job has none. */
export async function readContext(sql: Sql, jobId: string): Promise<string | null> {
  const parts: string[] = [];
  for (;;) {
    const [row] = await sql.query('SELECT content FROM job_contexts WHERE job_id = $1 AND part = $2', [
      jobId,
      parts.length,
    ]);
    if (row === undefined) return parts.length === 0 ? null : parts.join('');
    parts.push(text(row, 'content'));
  }
}

export async function removeContext(sql: Sql, jobId: string): Promise<void> {
  await sql.query('DELETE FROM job_contexts WHERE job_id = $1', [jobId]);
}
