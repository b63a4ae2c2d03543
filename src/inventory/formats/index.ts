import type { PackageFormat } from '../format.ts';
import { apk } from './apk.ts';
import { dpkg } from './dpkg.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { npm } from './npm.ts';
import { python } from './python.ts';
import { rpm } from './rpm.ts';
import { rust } from './rust.ts';

/** Every format that is read. A test finds the file that is missing here. */
export const FORMATS: readonly PackageFormat[] = [apk, dpkg, go, java, npm, python, rpm, rust];
