import type { InstructionOf } from '../dockerfile/model.ts';

/** One `RUN --mount=…`. */
export interface Mount {
  /** `bind` when the flag does not say. */
  readonly type: string;
  /** Where it appears, without a slash at the end; empty when the flag does not say. */
  readonly target: string;
  readonly options: ReadonlyMap<string, string>;
}

export function mountsOf({ flags }: InstructionOf<'run'>): readonly Mount[] {
  return flags.flatMap(({ name, value }) => (name === 'mount' && value !== null ? [readMount(value)] : []));
}

/** Whether a cache or a tmpfs covers the folder, so that nothing written there reaches a layer. */
export function isKeptOut(run: InstructionOf<'run'>, folder: string): boolean {
  return mountsOf(run).some(
    ({ type, target }) =>
      (type === 'cache' || type === 'tmpfs') && target !== '' && `${folder}/`.startsWith(`${target}/`),
  );
}

function readMount(value: string): Mount {
  const options = new Map(
    value.split(',').map((part) => {
      const equals = part.indexOf('=');
      return equals < 0
        ? ([part.toLowerCase(), ''] as const)
        : ([part.slice(0, equals).toLowerCase(), part.slice(equals + 1)] as const);
    }),
  );
  const target = options.get('target') ?? options.get('dst') ?? options.get('destination') ?? '';
  return { type: options.get('type') ?? 'bind', target: target.replace(/\/+$/, ''), options };
}
