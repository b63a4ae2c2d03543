import { Document, isScalar, parseDocument, visit } from 'yaml';
import { DrydockError } from '../core/errors.ts';
import { closest } from './closest.ts';
import { DEFAULT_POLICY, type Policy, PRESETS } from './policy.ts';
import { readPolicy } from './policy-shape.ts';

const MAX_CHARACTERS = 256 * 1024;

/**
 * Reads a policy file (YAML 1.2). What it leaves out comes from the preset that its `extends` names, else from
 * `fallback`. Unknown keys, other types and limits beyond the hard maxima are refused: `policy-invalid`.
 */
export function loadPolicy(text: string, fallback: Policy = DEFAULT_POLICY): Policy {
  if (text.length > MAX_CHARACTERS)
    throw new DrydockError(
      'policy-invalid',
      `A policy of at most ${MAX_CHARACTERS} characters was expected, got ${text.length}.`,
    );
  const value = parseYaml(text);
  if (value === null) return fallback;
  if (typeof value !== 'object' || !('extends' in value)) return readPolicy(value, fallback);
  const { extends: preset, ...own } = value;
  return readPolicy(own, presetOf(preset));
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true, prettyErrors: true });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined)
    throw new DrydockError('policy-invalid', `A policy in YAML was expected: ${problem.message.trim()}`, {
      cause: problem,
    });
  visit(document, {
    Alias: () => {
      throw new DrydockError('policy-invalid', 'A policy without YAML aliases was expected, got one.');
    },
  });
  return document.toJS();
}

function presetOf(name: unknown): Policy {
  const preset = Object.entries(PRESETS).find(([known]) => known === name)?.[1];
  if (preset !== undefined) return preset;
  const names = Object.keys(PRESETS);
  const near = typeof name === 'string' ? closest(name, names) : undefined;
  throw new DrydockError(
    'policy-invalid',
    `The policy’s extends was expected to be one of ${names.join(', ')}, got ${JSON.stringify(name)?.slice(0, 80)}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
  );
}

/** The policy as YAML with every key. `loadPolicy(formatPolicy(policy))` equals `policy`. */
export function formatPolicy(policy: Policy): string {
  const document = new Document(policy);
  visit(document, {
    Pair: (_, { value }) => (isScalar(value) && value.value === null ? visit.REMOVE : undefined),
  });
  return document.toString({ lineWidth: 0 });
}
