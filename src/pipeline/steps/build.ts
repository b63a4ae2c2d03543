import type { BuildOutcome, Reason } from '../../core/outcome.ts';
import type { BaseUse, BuildResult } from '../../core/report.ts';
import { findRefusals } from '../../dockerfile/refusals.ts';
import { renderCanonical } from '../../dockerfile/render.ts';
import { need, type Step, type StepContext, type StepEnd } from '../step.ts';
import { resolveBases } from './resolve-bases.ts';

/** The image, built in isolation from our own rendering of the Dockerfile, on bases from the catalogue, or why not. */
export const buildStep: Step = {
  name: 'build',
  timeoutMs: 60 * 60_000,
  run: async (parts, context) => {
    const dockerfile = need(parts, 'dockerfile');
    const refusals = findRefusals(dockerfile).map(
      ({ message, span }): Reason => ({
        code: 'build-refused',
        stage: 'build',
        message,
        line: span.start.line,
      }),
    );
    if (refusals.length > 0) return refusedBuild(context, refusals, []);
    const {
      bases,
      addresses,
      reasons,
      warnings: baseWarnings,
    } = await resolveBases(dockerfile, context.deps.resolveBase);
    if (reasons.length > 0) return refusedBuild(context, reasons, bases);
    const { network, limits } = context.deps.policy.build;
    const { builder } = await context.space();
    const request = {
      dockerfile: renderCanonical(dockerfile, { from: (stage) => addresses.get(stage.index) ?? null }),
      contextTar: parts.contextTar ?? null,
      buildArgs: {},
      network,
      limits,
      onLog: (line: {
        readonly stage: 'build' | 'run';
        readonly stream: 'stdout' | 'stderr';
        readonly text: string;
      }) => context.emit({ type: 'log', ...line }),
    };
    const { outcome, isolation } = await builder.build(request, context.signal);
    const isBuilt = outcome.status === 'built';
    const build: BuildResult = {
      status: outcome.status,
      image: isBuilt ? outcome.image : null,
      sizeBytes: isBuilt ? outcome.sizeBytes : null,
      network,
      bases,
      isolation,
    };
    const substitutions = bases
      .filter(({ isSubstituted }) => isSubstituted)
      .map(
        ({ named, used, line }) =>
          `FROM ${named} in line ${line} was built on ${used}, by the policy's table of substitutes.`,
      );
    const warnings = [...baseWarnings, ...substitutions];
    const failure = failureOf(outcome, input(context));
    if (failure !== null)
      return { status: 'failed', summary: failure.message, reasons: [failure], warnings, adds: { build } };
    return {
      status: 'passed',
      summary: isBuilt
        ? `${outcome.image.slice(0, 19)}…, ${Math.round(outcome.sizeBytes / 2 ** 20)} MiB`
        : '',
      warnings,
      adds: { build },
    };
  },
};

function input(context: StepContext): { readonly hasContext: boolean } {
  return { hasContext: context.input.context !== null };
}

function refusedBuild({ deps }: StepContext, reasons: readonly Reason[], bases: readonly BaseUse[]): StepEnd {
  const build: BuildResult = {
    status: 'refused',
    image: null,
    sizeBytes: null,
    network: deps.policy.build.network,
    bases,
    isolation: null,
  };
  const [first] = reasons;
  return { status: 'failed', summary: first?.message ?? 'refused', reasons, adds: { build } };
}

function failureOf(outcome: BuildOutcome, { hasContext }: { readonly hasContext: boolean }): Reason | null {
  const because = (code: Reason['code'], message: string): Reason => ({ code, stage: 'build', message });
  switch (outcome.status) {
    case 'built':
      return null;
    case 'failed':
      return because(
        'build-failed',
        `${outcome.message}${hasContext ? '' : ' (No build context was sent: COPY and ADD from it find nothing.)'}`,
      );
    case 'timed-out':
      return because(
        'build-timed-out',
        `The build was stopped after ${outcome.timeoutMs / 1000} s, the most that the policy gives it.`,
      );
    case 'out-of-memory':
      return because(
        'build-out-of-memory',
        `The build needed more than the ${Math.round(outcome.memoryBytes / 2 ** 20)} MiB of memory that the policy gives it.`,
      );
    case 'disk-exceeded':
      return because(
        'build-disk-exceeded',
        `The build wrote more than the ${Math.round(outcome.diskBytes / 2 ** 20)} MiB that the policy gives it.`,
      );
    case 'output-exceeded':
      return because(
        'build-output-exceeded',
        `The build printed more than the ${outcome.maxOutputBytes} bytes that the policy lets it.`,
      );
  }
}
