import type { InstructionOf } from '../dockerfile/model.ts';
import type { DockerfileSubject } from './dockerfile-subject.ts';

/** A variable in the image of a FROM, written without a default. */
export interface FromVariable {
  readonly from: InstructionOf<'from'>;
  readonly name: string;
  /** By an ARG in front of the first FROM, or by the builder itself. */
  readonly isDeclared: boolean;
}

/** Platform arguments that every builder sets. Source: https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
const PREDEFINED = /^(?:BUILD|TARGET)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)$|^TARGETSTAGE$/;

/** Every variable that stands in the image or the platform of a FROM. */
export function* fromVariables({
  dockerfile,
  instructions,
}: Pick<DockerfileSubject, 'dockerfile' | 'instructions'>): Generator<FromVariable> {
  const declared = new Set(dockerfile.globalArgs.flatMap(({ pairs }) => pairs.map(({ key }) => key)));
  for (const from of instructions('from')) {
    const platform = from.flags.find(({ name }) => name === 'platform')?.value ?? '';
    for (const [, braced, bare] of `${platform} ${from.image?.text ?? ''}`.matchAll(
      /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
    )) {
      const name = braced ?? bare ?? '';
      yield { from, name, isDeclared: declared.has(name) || PREDEFINED.test(name) };
    }
  }
}
