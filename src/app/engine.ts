import type { Engine } from '../core/ports.ts';
import type { ResolvedConfig } from './config.ts';

/** The container engine that the configuration names. Nothing is started before its first use. */
export async function createEngine({
  engine,
  engineDir,
  engineAccount,
  dockerSocket,
}: Pick<ResolvedConfig, 'engine' | 'engineDir' | 'engineAccount' | 'dockerSocket'>): Promise<Engine> {
  if (engine === 'docker') {
    const { createDockerEngine } = await import('../engines/docker/engine.ts');
    return createDockerEngine({ socketPath: dockerSocket });
  }
  const [{ createPodmanEngine }, { RUNSC_PATH }] = await Promise.all([
    import('../engines/podman/engine.ts'),
    import('../engines/programs.ts'),
  ]);
  return createPodmanEngine({ engineDir, accountName: engineAccount, runscPaths: [RUNSC_PATH] });
}
