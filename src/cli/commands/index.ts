import type { Commands } from '../command.ts';

/** Every command, in the order of the help. Each is loaded only when it is called: starting is part of the speed. */
export const COMMANDS: Commands = {
  run: {
    summary: 'the whole way of one job on this machine: audit, build, scan, decide, run, verdict',
    load: async () => (await import('./run.ts')).run,
  },
  audit: { summary: 'audit Dockerfiles', load: async () => (await import('./audit.ts')).audit },
  scan: {
    summary: 'list what is inside an image and what is known against it',
    load: async () => (await import('./scan.ts')).scan,
  },
  sbom: {
    summary: 'write the bill of materials of an image',
    load: async () => (await import('./sbom.ts')).sbom,
  },
  serve: {
    summary: 'the service: API, worker and database in one process',
    load: async () => (await import('./serve.ts')).serve,
  },
  submit: {
    summary: 'send a Dockerfile to a running service',
    load: async () => (await import('./submit.ts')).submit,
  },
  status: {
    summary: 'what became of a submitted job',
    load: async () => (await import('./status.ts')).status,
  },
  logs: {
    summary: 'the output of a job’s build and run',
    load: async () => (await import('./logs.ts')).logs,
  },
  list: { summary: 'the jobs of a service', load: async () => (await import('./list.ts')).list },
  cancel: { summary: 'stop a job', load: async () => (await import('./cancel.ts')).cancel },
  retry: { summary: 'try a job once more', load: async () => (await import('./retry.ts')).retry },
  token: {
    summary: 'make, list and revoke tokens of the API',
    load: async () => (await import('./token.ts')).token,
  },
  base: { summary: 'the base images that FROM may name', load: async () => (await import('./base.ts')).base },
  policy: { summary: 'show and check the policy', load: async () => (await import('./policy.ts')).policy },
  doctor: {
    summary: 'what this machine has and lacks, and what mends it',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  help: {
    summary: 'this list, or how to use one command',
    load: async () => (await import('./help.ts')).help,
  },
  version: { summary: 'the version', load: async () => (await import('./version.ts')).version },
};
