import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyChangesets } from '../../scripts/release'
import { at } from '../support/root'

describe('a release', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'release-'))
    const kept = /(?:package\.json|\.changeset.*|\.ts)$/
    cpSync(at('package.json'), join(root, 'package.json'))
    for (const folder of ['.changeset', 'packages', 'cloudfunctions']) {
      cpSync(at(folder), join(root, folder), {
        recursive: true,
        filter: (path) =>
          !/node_modules|dist$|types$/.test(path) && (!/\.\w+$/.test(path) || kept.test(path)),
      })
    }
    // What waits for the next release of this repository is not part of these tests.
    for (const file of readdirSync(join(root, '.changeset'))) {
      if (!['README.md', 'config.json'].includes(file)) rmSync(join(root, '.changeset', file))
    }
    const git = (...given: string[]) => execFileSync('git', given, { cwd: root, stdio: 'pipe' })
    git('init', '-q', '-b', 'main')
    git('add', '-A')
    git('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-qm', 'as it is')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const read = (path: string) => readFileSync(join(root, path), 'utf8')
  const versionOf = (path: string) => JSON.parse(read(`${path}/package.json`)).version as string

  test('turns the changesets into a version, a changelog and COS.version', () => {
    const [major, minor] = versionOf('packages/client').split('.').map(Number)
    const next = `${major}.${(minor ?? 0) + 1}.0`
    writeFileSync(
      join(root, '.changeset/swift-otters-sing.md'),
      "---\n'miniprogram-cos': minor\n---\n\nUploads sing.\n",
    )
    expect(applyChangesets(root)).toBe(next)
    expect(versionOf('packages/client')).toBe(next)
    for (const folder of ['server', 'local-cloud', 'simulator', 'cli']) {
      expect(versionOf(`packages/${folder}`)).toBe(next)
    }
    const log = read('packages/client/CHANGELOG.md')
    expect(log).toContain(`## ${next}`)
    expect(log).toContain('Uploads sing.')
    const sources = readdirSync(join(root, 'packages/client/src'), {
      recursive: true,
      encoding: 'utf8',
    })
    const named = sources.filter(
      (path) =>
        path.endsWith('.ts') &&
        read(join('packages/client/src', path)).includes(`version: string = '${next}'`),
    )
    expect(named).toHaveLength(1)
    expect(readdirSync(join(root, '.changeset')).sort()).toEqual(['README.md', 'config.json'])
  })

  test('with nothing to release changes nothing', () => {
    const version = versionOf('packages/client')
    expect(applyChangesets(root)).toBe(version)
    const changed = execFileSync('git', ['status', '--short'], { cwd: root, encoding: 'utf8' })
    expect(changed).toBe('')
  })
})

test('the workflows release by these commands', () => {
  const workflows = readdirSync(at('.github/workflows')).map((name) =>
    readFileSync(at('.github/workflows', name), 'utf8'),
  )
  const used = workflows.flatMap((text) => text.match(/(?:npm run|npx) .+/g) ?? [])
  expect(used).toEqual(['npx tsx scripts/release.ts', 'npx changeset publish'])
})
