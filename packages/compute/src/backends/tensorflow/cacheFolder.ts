import { homedir } from 'node:os'
import { join } from 'node:path'

/** What decides where the cache is. Default: of this process. */
export interface Place {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly platform?: NodeJS.Platform
  readonly home?: string
}

/** Where all that TensorFlow needs is kept, shared by every project of the user: `SLUICE_CACHE`, else the system's folder for caches. */
export function tensorflowFolder({
  env = process.env,
  platform = process.platform,
  home = homedir(),
}: Place = {}): string {
  return join(env.SLUICE_CACHE || join(systemCache(env, platform, home), 'sluice'), 'tensorflow')
}

function systemCache(env: NonNullable<Place['env']>, platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return env.LOCALAPPDATA || join(home, 'AppData', 'Local')
  if (platform === 'darwin') return join(home, 'Library', 'Caches')
  return env.XDG_CACHE_HOME || join(home, '.cache')
}
