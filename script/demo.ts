/** The main job as a client sees it: a service of its own, a few Dockerfiles, their verdicts, and nothing left running. */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const DRYDOCK = join(ROOT, 'bin/drydock');
const EXAMPLES = join(ROOT, 'examples/dockerfiles');

const SUBMISSIONS = [
  { name: 'seed', what: 'the example as the exercise prints it, typographic quotes and all' },
  { name: 'ascii', what: 'the same in ASCII; ubuntu:latest is substituted, and said to be' },
  { name: 'unpatched', what: 'a base without the security updates since its release' },
  { name: 'leaky', what: 'a private key that COPY took along' },
  { name: 'misbehaving', what: 'tries the network, the host, the disk and a fork bomb when it runs' },
] as const;

const folder = await mkdtemp(join(tmpdir(), 'drydock-demo-'));
const port = 5000 + Math.floor(Math.random() * 4000) + 100;
const env = {
  ...process.env,
  DRYDOCK_PORT: String(port),
  DRYDOCK_URL: `http://127.0.0.1:${port}`,
  // Kept: making a fresh database takes five seconds, opening one half a second.
  DRYDOCK_DATA_DIR: join(ROOT, '.drydock/demo'),
  DRYDOCK_LOG_LEVEL: 'warn',
  DRYDOCK_POLICY: join(ROOT, 'examples/policy.yaml'),
};
const since = performance.now();
const service = spawn(DRYDOCK, ['serve'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
const gone = new Promise<never>((_resolve, reject) => {
  service.once('exit', (code) => reject(new Error(`the service ended early with status ${code}`)));
});
gone.catch(() => undefined);
try {
  await Promise.race([healthy(), gone]);
  say(
    `The service answers at ${env.DRYDOCK_URL} after ${((performance.now() - since) / 1000).toFixed(1)} s. Its API is at ${env.DRYDOCK_URL}/api/v1/docs.`,
  );
  await prepare();
  for (const { name, what } of SUBMISSIONS) {
    say(`\n$ drydock submit ${name} --follow      # ${what}`);
    await run(['submit', join(folder, name), '--name', name, '--follow']);
  }
  say('\n$ drydock list');
  await run(['list', '--limit', String(SUBMISSIONS.length)]);
  say(
    `\nDone after ${((performance.now() - since) / 1000).toFixed(1)} s. Try one of your own: ./bin/drydock run PATH`,
  );
} finally {
  const ended = new Promise((resolve) => service.once('exit', resolve));
  if (service.exitCode === null && service.kill('SIGTERM')) await ended;
  await rm(folder, { recursive: true, force: true });
}

async function healthy(): Promise<void> {
  for (;;) {
    const isUp = await fetch(`${env.DRYDOCK_URL}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Copies the examples, and puts a fresh throw-away key where the leaky one expects it. */
async function prepare(): Promise<void> {
  for (const { name } of SUBMISSIONS) await cp(join(EXAMPLES, name), join(folder, name), { recursive: true });
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeFile(join(folder, 'leaky/deploy_key'), privateKey);
}

/** One call of the command line, as a person would make it. A failed verdict is what some of them are for. */
function run(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(DRYDOCK, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 || code === 1
        ? resolve()
        : reject(new Error(`drydock ${args[0]} ended with status ${code}`)),
    );
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
