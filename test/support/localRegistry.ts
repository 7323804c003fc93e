import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { buildPart } from './buildOnce'
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

/** A packed package, as `npm pack --json` describes it. */
export interface PackedPackage {
  filename: string
  files: object[]
  size: number
}

/** Packs a package, which the global setup has built, as `npm publish` would. */
function pack(source: string, folder: string): PackedPackage {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const options = { cwd: at('packages', source), encoding: 'utf8' } as const
  const [packed] = JSON.parse(execFileSync('npm', args, options)) as [PackedPackage]
  return packed
}

/**
 * Packs every package as `npm publish` would.
 * @param onPacked is told of each one
 * @returns the tarballs by name
 */
export async function packPackages(
  folder: string,
  onPacked?: (name: string, packed: PackedPackage) => void,
): Promise<Record<string, string>> {
  await buildPart('package-types')
  return Object.fromEntries(
    Object.entries(PACKAGES).map(([name, source]) => {
      const packed = pack(source, folder)
      onPacked?.(name, packed)
      return [name, join(folder, packed.filename)]
    }),
  )
}

/** A registry with the published packages, and the environment of somebody who uses it. */
export interface LocalRegistry {
  /** Runs a command. @returns what it prints @throws Error with what it prints, when it fails */
  run: (cwd: string, command: string, ...args: string[]) => Promise<string>
  env: NodeJS.ProcessEnv
  close: () => void
}

/** A version of a package as `npm publish` sends it. */
interface PublishedPackage {
  name: string
  versions: Record<string, { dist: { tarball: string } }>
  _attachments: Record<string, { data: string }>
}

/**
 * Packs the packages and publishes them by `npm publish` to a registry on the loopback interface, as a release does.
 * Requests for other packages are redirected to the registry that npm is configured with on this machine.
 */
export async function startLocalRegistry(
  onPacked?: (name: string, packed: PackedPackage) => void,
): Promise<LocalRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'))
  const tarballs = await packPackages(folder, onPacked)
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const published = new Map<string, PublishedPackage>()
  const server = createServer(async (request, response) => {
    const { method, url: path = '/' } = request
    const [name = '', attachment] = decodeURIComponent(path.slice(1)).split('/-/')
    const found = published.get(name)
    if (method === 'PUT') {
      const sent = (await json(request)) as PublishedPackage
      published.set(sent.name, sent)
      response.writeHead(201).end('{}')
    } else if (found && attachment !== undefined) {
      response.end(Buffer.from(found._attachments[attachment]?.data ?? '', 'base64'))
    } else if (found) {
      response.end(JSON.stringify({ ...found, _attachments: undefined }))
    } else {
      response.writeHead(302, { Location: upstream.replace(/\/$/, '') + path }).end()
    }
  })
  const url = `${await listenLocally(server)}/`
  const env = { ...process.env, ...userSettings(folder, url) }
  const registry: LocalRegistry = {
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
  // npm does not publish without a token; this registry accepts any.
  const token = `--${url.replace('http:', '')}:_authToken=local`
  for (const tarball of Object.values(tarballs)) {
    await registry.run(folder, 'npm', 'publish', tarball, token, '--access', 'public')
  }
  return registry
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

export interface PackedClient {
  /** A project of its own, outside the repository, with the package and nothing else installed. */
  project: string
  /** The installed package. */
  folder: string
  tarball: string
}

/** Packs the client, and installs it by unpacking. */
export function packClient(): PackedClient {
  const project = mkdtempSync(join(tmpdir(), 'packed-client-'))
  const tarball = join(project, pack('client', project).filename)
  const folder = join(project, 'node_modules/miniprogram-cos')
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1'])
  return { project, folder, tarball }
}
