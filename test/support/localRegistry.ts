import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { buildPart } from './buildPart'
import { listenLocally, stopServer } from './localServer'
import { at } from './root'

/** Folder of each published package, by its name. */
export const PACKAGES: Record<string, string> = {
  'miniprogram-cos': 'client',
  '@miniprogram-cos/server': 'server',
  '@miniprogram-cos/local-cloud': 'local-cloud',
  '@miniprogram-cos/simulator': 'simulator',
  '@miniprogram-cos/cli': 'cli',
  'create-miniprogram-cos': 'create-miniprogram-cos',
  'miniprogram-cos-components': 'components',
}

/** Packs every package as `npm publish` would. @returns the tarballs by name */
export async function packPackages(folder: string): Promise<Record<string, string>> {
  await buildPart('package-types')
  return Object.fromEntries(
    Object.entries(PACKAGES).map(([name, source]) => {
      // Built already, by the global setup and above.
      const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
      const options = { cwd: at('packages', source), encoding: 'utf8' } as const
      const [{ filename }] = JSON.parse(execFileSync('npm', pack, options))
      return [name, join(folder, filename)]
    }),
  )
}

/** A registry that has the packed packages, and the environment of somebody who uses it. */
export interface LocalRegistry {
  /** Runs a command. @returns what it prints @throws Error with what it prints, when it fails */
  run: (cwd: string, command: string, ...args: string[]) => Promise<string>
  env: NodeJS.ProcessEnv
  close: () => void
}

/**
 * Packs the packages and serves them to npm on the loopback interface, as the registry would after a release. Requests
 * for other packages are redirected to the registry that npm is configured with on this machine.
 */
export async function startLocalRegistry(): Promise<LocalRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'))
  const tarballs = await packPackages(folder)
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  let url = ''
  const server = createServer(({ url: path = '/' }, response) => {
    const name = decodeURIComponent(path.slice(1))
    const tarball = Object.values(tarballs).find((file) => basename(file) === name)
    const packed = tarballs[name]
    if (tarball !== undefined) response.end(readFileSync(tarball))
    else if (packed !== undefined) response.end(JSON.stringify(documentOf(packed, url)))
    else response.writeHead(302, { Location: upstream.replace(/\/$/, '') + path }).end()
  })
  url = `${await listenLocally(server)}/`
  const env = { ...process.env, ...userSettings(folder, url) }
  return {
    env,
    async run(cwd, command, ...args) {
      const running = promisify(execFile)(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })
      running.child.stdin?.end()
      try {
        return (await running).stdout
      } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string }
        throw new Error(`${command} ${args.join(' ')} failed\n${stdout}\n${stderr}`)
      }
    },
    close() {
      stopServer(server)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a registry says of a package with one version. */
function documentOf(tarball: string, url: string): object {
  const file = ['-xzOf', tarball, 'package/package.json']
  const manifest = JSON.parse(execFileSync('tar', file, { encoding: 'utf8' }))
  const { name, version } = manifest
  const hash = createHash('sha512').update(readFileSync(tarball)).digest('base64')
  const dist = { tarball: url + basename(tarball), integrity: `sha512-${hash}` }
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }
}

/**
 * Settings of npm. What was downloaded before is shared; what npx has installed is not, because it would be taken for this
 * version of the packages.
 */
function userSettings(folder: string, registry: string): NodeJS.ProcessEnv {
  const cache = join(folder, 'cache')
  const shared = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim()
  mkdirSync(cache)
  mkdirSync(join(shared, '_cacache'), { recursive: true })
  symlinkSync(join(shared, '_cacache'), join(cache, '_cacache'))
  return {
    NODE_OPTIONS: '',
    LANG: 'C.UTF-8',
    npm_config_registry: registry,
    npm_config_cache: cache,
    npm_config_yes: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_prefer_offline: 'true',
  }
}
