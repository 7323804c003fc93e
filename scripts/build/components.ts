import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { transform } from 'esbuild'
import { writeWhole } from '../../packages/cli/src/deploy/bundle'
import { bundleScripts, minifyScripts } from './phoneScripts'
import { at, removeOthers } from './root'

const SOURCES = at('packages/components/src')
const OUT = at('packages/components/miniprogram_dist')

/** The modules that an app requires or names in a page's configuration. Code that several of them share is in chunks. */
const ENTRY = /^(?:index|adapters[\\/]\w+|([\w-]+)[\\/]\1)\.ts$/

/** The components as WeChat's npm builder copies them: scripts, templates, styles, configuration. */
export async function buildComponents(): Promise<void> {
  const files = (await readdir(SOURCES, { recursive: true })).filter((file) => extname(file) !== '')
  const scripts = files.filter((file) => ENTRY.test(file))
  const input = Object.fromEntries(
    scripts.map((file) => [file.replace(/\.ts$/, ''), join(SOURCES, file)]),
  )
  const bundled = await bundleScripts({ input, output: { chunkFileNames: '[name].js' } })
  const written = new Set<string>()
  const write = (file: string, text: string) => {
    written.add(file)
    return writeWhole(join(OUT, file), text)
  }
  for (const [file, code] of Object.entries(await minifyScripts(bundled))) await write(file, code)
  for (const file of files.filter((one) => !one.endsWith('.ts'))) {
    await write(file, await compact(file, await readFile(join(SOURCES, file), 'utf8')))
  }
  await removeOthers(OUT, written)
}

async function compact(file: string, text: string): Promise<string> {
  if (file.endsWith('.json')) return `${JSON.stringify(JSON.parse(text))}\n`
  // Line breaks between elements say nothing in WXML; texts are in one line with their element.
  if (file.endsWith('.wxml')) return text.replace(/^\s+/gm, '').replaceAll(' />', '/>')
  // An old target: newer properties such as `inset` are not those of every phone.
  const { code } = await transform(text, {
    loader: 'css',
    minify: true,
    target: ['chrome60', 'ios10'],
  })
  return (
    code
      // Tools that inline imports look for the space.
      .replaceAll('@import"', '@import "')
      // esbuild keeps the values of variables as they are written.
      .replace(/(--[\w-]+: |var\([^;}]*|rgba\([^)]*)/g, (text) => text.replace(/([:,]) /g, '$1'))
      .replace(/--[cd]-[\w-]+/g, shortVariable)
  )
}

const shortVariables = new Map<string, string>()

/** `--c-brand-2` as `--c-b`. Those that apps set, `--cos-…`, stay as they are. */
function shortVariable(name: string): string {
  const short = shortVariables.get(name) ?? `--c-${shortVariables.size.toString(36)}`
  shortVariables.set(name, short)
  return short
}

/** Copies a built package into the demo, as "Build npm" of DevTools would. */
export async function copyPackage(name: string, built: string): Promise<void> {
  const target = at('miniprogram/miniprogram_npm', name)
  const files = (await readdir(built, { recursive: true })).filter((file) => extname(file) !== '')
  for (const file of files) {
    await writeWhole(join(target, file), await readFile(join(built, file)))
  }
  await removeOthers(target, files)
}
