import type { DockerfileRule } from '../../rule.ts';
import { noLatestTag } from './no-latest-tag.ts';
import { unreadable } from './unreadable.ts';

/** Every rule about Dockerfiles, sorted by id. rules.test.ts fails when a file of this folder is missing here. */
export const DOCKERFILE_RULES: readonly DockerfileRule[] = [unreadable, noLatestTag];
