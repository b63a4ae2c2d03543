import type { PackageFormat } from '../format.ts';
import { apk } from './apk.ts';
import { dpkg } from './dpkg.ts';
import { java } from './java.ts';
import { npm } from './npm.ts';
import { python } from './python.ts';

/** Every format that is read. A test finds the file that is missing here. */
export const FORMATS: readonly PackageFormat[] = [apk, dpkg, java, npm, python];
