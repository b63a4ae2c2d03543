import type { PackageFormat } from '../format.ts';
import { apk } from './apk.ts';
import { dotnet } from './dotnet.ts';
import { dpkg } from './dpkg.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { npm } from './npm.ts';
import { php } from './php.ts';
import { python } from './python.ts';
import { rpm } from './rpm.ts';
import { ruby } from './ruby.ts';
import { runtimes } from './runtimes.ts';
import { rust } from './rust.ts';

/** Every format that is read. A test finds the file that is missing here. */
export const FORMATS: readonly PackageFormat[] = [
  apk,
  dotnet,
  dpkg,
  go,
  java,
  npm,
  php,
  python,
  rpm,
  ruby,
  runtimes,
  rust,
];
