import { spawnSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** What the tests need of the machine; the message says what is missing, or false. */
export function missingPrograms(): string | false {
  const missing = ['gpg', 'gpgv', 'xz'].filter((name) => spawnSync(name, ['--version']).status !== 0);
  return missing.length === 0 ? false : `this machine has no ${missing.join(', ')}`;
}

/** A throw-away signing key. */
export interface SigningKey extends AsyncDisposable {
  /** A keyring with its public half. */
  readonly keyring: string;
  /** Signs as InRelease files are signed. */
  clearSign(text: string, digest?: string): Buffer;
}

export async function createSigningKey(): Promise<SigningKey> {
  const home = await mkdtemp(join(tmpdir(), 'drydock-key-'));
  const gpg = (args: readonly string[], input?: string): Buffer => {
    const { status, stdout, stderr } = spawnSync('gpg', ['--homedir', home, '--batch', '--yes', ...args], {
      input,
    });
    if (status !== 0) throw new Error(`gpg ${args.join(' ')}: ${stderr.toString()}`);
    return stdout;
  };
  gpg([
    '--passphrase',
    '',
    '--quick-gen-key',
    'Archive for tests <archive@example.org>',
    'rsa2048',
    'sign',
    'never',
  ]);
  const keyring = join(home, 'public.gpg');
  await writeFile(keyring, gpg(['--export']));
  return {
    keyring,
    clearSign: (text, digest = 'SHA256') => gpg(['--digest-algo', digest, '--clear-sign'], text),
    [Symbol.asyncDispose]: async () => {
      spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
      await rm(home, { recursive: true, force: true });
    },
  };
}

export interface SourceFixture {
  readonly name: string;
  readonly version: string;
  readonly changelog: string;
  /** How the changelog is packed. Default: `debian.tar.xz`. */
  readonly format?: 'debian.tar.xz' | 'debian.tar.gz' | 'diff.gz' | 'native.tar.xz';
  /** Also as a binary package, with this name inside its changelog's path. */
  readonly deb?: string;
}

export function xz(content: string | Uint8Array): Buffer {
  return spawnSync('xz', ['--compress', '--stdout', '--check=crc32'], {
    input: content,
    maxBuffer: 1 << 28,
  }).stdout;
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The files of a small security archive, by path; to be changed by tests before they are served. */
export type ArchiveFiles = Map<string, Uint8Array>;

export interface ArchiveOptions {
  readonly suite?: string;
  readonly version?: string;
  readonly date: Date;
  readonly validUntil?: Date;
  readonly compression?: 'xz' | 'gz';
}

/** Lays out `dists/<suite>` and `pool` as dak does, and signs it. */
export async function buildArchive(
  key: SigningKey,
  sources: readonly SourceFixture[],
  options: ArchiveOptions,
): Promise<ArchiveFiles> {
  const { suite = 'bookworm-security', compression = 'xz' } = options;
  const files: ArchiveFiles = new Map();
  const paragraphs: string[] = [];
  for (const source of sources) {
    const { name, content } = await packChangelog(source);
    files.set(`pool/${source.name}/${name}`, content);
    paragraphs.push(
      [
        `Package: ${source.name}`,
        `Binary: ${source.name}`,
        `Version: ${source.version}`,
        `Directory: pool/${source.name}`,
        'Checksums-Sha256:',
        ` ${'0'.repeat(64)} 1000 ${source.name}.dsc`,
        ` ${'0'.repeat(64)} 5000000 ${source.name}_1.orig.tar.xz`,
        ` ${sha256(content)} ${content.length} ${name}`,
      ].join('\n'),
    );
  }
  const index = `${paragraphs.join('\n\n')}\n`;
  const packed = compression === 'xz' ? xz(index) : gzipSync(index);
  const indexes = new Map([[`main/source/Sources.${compression}`, packed]]);
  const debs = await addDebs(files, sources);
  if (debs !== '') indexes.set('main/binary-amd64/Packages.xz', xz(debs));
  for (const [path, content] of indexes) files.set(`dists/${suite}/${path}`, content);
  files.set(`dists/${suite}/InRelease`, key.clearSign(releaseText(indexes, { ...options, suite })));
  return files;
}

/** Adds the binary packages to the pool; gives their index. */
async function addDebs(files: ArchiveFiles, sources: readonly SourceFixture[]): Promise<string> {
  const paragraphs: string[] = [];
  for (const { name, version, changelog, deb } of sources) {
    if (deb === undefined) continue;
    const tar = pack();
    tar.entry({ name: './usr/share/doc/', type: 'directory' });
    tar.entry({ name: `./usr/share/doc/${deb}/copyright` }, randomBytes(8000));
    tar.entry({ name: `./usr/share/doc/${deb}/changelog.Debian.gz` }, gzipSync(changelog));
    tar.finalize();
    const content = ar([
      ['debian-binary', Buffer.from('2.0\n')],
      ['control.tar.xz', xz('odd')],
      ['data.tar.xz', xz(await buffer(tar))],
    ]);
    const path = `pool/${name}/${deb}_1_amd64.deb`;
    files.set(path, content);
    paragraphs.push(
      [
        `Package: ${deb}`,
        `Source: ${name} (${version})`,
        'Version: 1:77',
        `Filename: ${path}`,
        `Size: ${content.length}`,
        `SHA256: ${sha256(content)}`,
        '',
      ].join('\n'),
    );
  }
  return paragraphs.join('\n');
}

function ar(members: readonly (readonly [string, Buffer])[]): Buffer {
  const parts = members.flatMap(([name, content]) => [
    Buffer.from(
      `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(content.length).padEnd(10)}\`\n`,
    ),
    content,
    Buffer.alloc(content.length % 2, '\n'),
  ]);
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

export function releaseText(
  indexes: ReadonlyMap<string, Uint8Array>,
  { suite = 'bookworm-security', version = '12', date, validUntil }: ArchiveOptions,
): string {
  return [
    'Origin: Debian',
    `Suite: ${suite}`,
    `Version: ${version}`,
    `Codename: ${suite}`,
    `Date: ${date.toUTCString()}`,
    ...(validUntil === undefined ? [] : [`Valid-Until: ${validUntil.toUTCString()}`]),
    'Components: updates/main',
    'SHA256:',
    ...[...indexes].map(([path, content]) => ` ${sha256(content)} ${content.length} ${path}`),
    '',
  ].join('\n');
}

async function packChangelog(
  source: SourceFixture,
): Promise<{ readonly name: string; readonly content: Uint8Array }> {
  const { name, changelog, format = 'debian.tar.xz' } = source;
  if (format === 'diff.gz') {
    const added = changelog.split('\n').map((line) => `+${line}`);
    const diff = [
      '--- a/debian/rules',
      '+++ b/debian/rules',
      '+CVE-1999-0001',
      '--- a/debian/changelog',
      `+++ ${name}/debian/changelog`,
    ];
    return {
      name: `${name}.diff.gz`,
      content: gzipSync([...diff, '@@ -0,0 +1 @@', ...added, ''].join('\n')),
    };
  }
  const folder = format === 'native.tar.xz' ? `${name}-1/debian` : 'debian';
  const tar = pack();
  tar.entry({ name: `${folder}/rules` }, '#!/usr/bin/make -f\n# CVE-1999-0001\n');
  tar.entry({ name: `${folder}/changelog` }, changelog);
  tar.finalize();
  const bytes = await buffer(tar);
  const ending = format === 'native.tar.xz' ? 'tar.xz' : format;
  return { name: `${name}_1.${ending}`, content: ending.endsWith('.xz') ? xz(bytes) : gzipSync(bytes) };
}

/** A server of such files on this machine. */
export interface ArchiveServer extends AsyncDisposable {
  readonly url: string;
  /** Replaces what is served. */
  serve(files: ArchiveFiles): void;
  /** Answers instead of the files; true when it did. */
  intercept(answer: (request: IncomingMessage, response: ServerResponse) => boolean): void;
  /** `GET path status` of each request so far. */
  readonly requests: readonly string[];
}

export async function startArchiveServer(): Promise<ArchiveServer> {
  let served: ArchiveFiles = new Map();
  let instead = (_request: IncomingMessage, _response: ServerResponse): boolean => false;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    response.on('close', () => requests.push(`${request.method} ${request.url} ${response.statusCode}`));
    if (instead(request, response)) return;
    const path = decodeURIComponent(request.url ?? '').replace(/^\/debian-security\//, '');
    const content = served.get(path) ?? byHash(served, path);
    if (content === undefined) return void response.writeHead(404).end('not found');
    const etag = `"${sha256(content).slice(0, 16)}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    response.writeHead(200, { etag, 'content-length': content.length }).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a port was expected');
  return {
    url: `http://127.0.0.1:${address.port}/debian-security`,
    serve: (files) => {
      served = files;
    },
    intercept: (answer) => {
      instead = answer;
    },
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function byHash(files: ArchiveFiles, path: string): Uint8Array | undefined {
  const match = /^(.*)\/by-hash\/SHA256\/([0-9a-f]{64})$/.exec(path);
  if (match === null) return undefined;
  return [...files].find(
    ([name, content]) => name.startsWith(`${match[1]}/`) && sha256(content) === match[2],
  )?.[1];
}

/** A folder that is gone afterwards. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), `drydock-test-${randomUUID().slice(0, 8)}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
