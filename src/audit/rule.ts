import type { FindingSeverity, Fix, Span } from '../core/finding.ts';
import type { DockerfileSubject } from './dockerfile-subject.ts';

/** `DL…` where hadolint has the rule; else ours: `DD…` Dockerfile, `DC…` Compose, `DK…` Kubernetes, `DI…` image. */
export type RuleId = `${'DL' | 'DD' | 'DC' | 'DK' | 'DI'}${number}`;

/** What a rule says of itself. docs/rules.md is made of it. */
export interface RuleMeta {
  /** Stable for ever: people write it in ignore comments and policies. */
  readonly id: RuleId;
  /** kebab-case; the file is named after it. */
  readonly name: string;
  /** `error` is for what must not be built: the default policy refuses it. */
  readonly severity: FindingSeverity;
  /** One line each: what is wrong, why it matters, what to do. `what` is the message when a problem brings none. */
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** Who else demands it, e.g. `hadolint DL3007`. The forms are in known-sources.ts. */
  readonly sources: readonly [string, ...string[]];
  /** Whole files, executed as tests: each `bad` gives exactly one finding, each `good` none. */
  readonly bad: readonly [string, ...string[]];
  readonly good: readonly [string, ...string[]];
  /** True unless said otherwise. */
  readonly isEnabledByDefault?: boolean;
}

/** One breach. `message` says what is wrong just here, when `what` is not enough. */
export interface Problem {
  readonly span: Span;
  readonly message?: string;
  readonly fix?: Fix;
}

/** A rule over one kind of subject. `check` is pure, does not throw, and takes time linear in the subject. */
export interface Rule<Subject> extends RuleMeta {
  readonly check: (subject: Subject) => Iterable<Problem>;
}

export type DockerfileRule = Rule<DockerfileSubject>;

export function defineDockerfileRule(rule: DockerfileRule): DockerfileRule {
  return rule;
}

/** Rules about suppression comments, which can be judged only when all the others have spoken. */
export type SuppressionRule = Rule<SuppressionSubject>;

export interface SuppressionSubject {
  readonly suppressions: readonly SuppressionUse[];
}

/** One rule named in one suppression comment. */
export interface SuppressionUse {
  readonly rule: string;
  readonly span: Span;
  readonly state: 'used' | 'unused' | 'expired' | 'malformed';
  /** For `expired` the date, for `malformed` what is wrong. */
  readonly detail: string;
}

export function defineSuppressionRule(rule: SuppressionRule): SuppressionRule {
  return rule;
}
