import type { Flag, Instruction, InstructionKind } from './model.ts';
import type { Admission, Refusal } from './refusals.ts';

type FlagCheck = (value: string | null) => string | null;

const mode: FlagCheck = (value) =>
  value !== null &&
  (/^[0-7]{3,4}$/.test(value) || /^[ugoa]*[-+=][rwxXst]*(?:,[ugoa]*[-+=][rwxXst]*)*$/.test(value))
    ? null
    : 'a mode like 0644 was expected';
const owner: FlagCheck = (value) =>
  value !== null && /^[A-Za-z0-9_.${}-]+(?::[A-Za-z0-9_.${}-]+)?$/.test(value)
    ? null
    : 'an owner like 1000:1000 was expected';
const duration: FlagCheck = (value) =>
  value !== null && /^[0-9a-z.]{1,24}$/.test(value) ? null : 'a duration like 30s was expected';
const number: FlagCheck = (value) =>
  value !== null && /^\d{1,6}$/.test(value) ? null : 'a number was expected';
const yesOrNo: FlagCheck = (value) =>
  value === null || value === 'true' || value === 'false' ? null : 'true or false was expected';

/** The flags that may be built. `--from` and `--platform` are looked at where the stages are known. */
const ALLOWED: Partial<Record<InstructionKind, Readonly<Record<string, FlagCheck>>>> = {
  from: { platform: () => null },
  copy: { from: () => null, chown: owner, chmod: mode, link: yesOrNo },
  add: { chown: owner, chmod: mode, link: yesOrNo },
  healthcheck: {
    interval: duration,
    timeout: duration,
    'start-period': duration,
    'start-interval': duration,
    retries: number,
  },
};

/** Flags by allow-list: what is not known to be harmless in the build cell is refused. */
export function* refuseFlags(instruction: Instruction, { scopes }: Admission): Generator<Refusal> {
  const allowed = ALLOWED[instruction.kind] ?? {};
  const seen = new Set<string>();
  for (const flag of instruction.flags) {
    const keyword = instruction.keyword.toUpperCase();
    const check = Object.hasOwn(allowed, flag.name) ? allowed[flag.name] : undefined;
    const why = check === undefined ? 'it is not built here. Remove it' : check(flag.value);
    const isTwice = seen.has(flag.name);
    seen.add(flag.name);
    if (why !== null || isTwice)
      yield {
        code: 'flag',
        message: `${keyword} --${flag.name.slice(0, 40)}: ${isTwice ? 'it stands twice' : why}.`,
        span: flag.span,
      };
    else if (flag.name === 'from') yield* refuseSource(flag, { instruction, scopes });
  }
}

function* refuseSource(
  { value, span }: Flag,
  { instruction, scopes }: { readonly instruction: Instruction; readonly scopes: Admission['scopes'] },
): Generator<Refusal> {
  const user = scopes.stageOf(instruction);
  if (user === null || scopes.findStage(value ?? '', user) === null)
    yield {
      code: 'stage',
      message: `COPY --from takes only an earlier stage of this file, got ${JSON.stringify((value ?? '').slice(0, 80))}. Begin a stage with FROM for an outside image.`,
      span,
    };
}
