import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A small mini program that WeChat accepts: TypeScript, one page, a package it bundles and one it copies. */
const VALID_FILES: Record<string, string | Uint8Array> = {
  'project.config.json': `{
  "miniprogramRoot": "app/",
  "compileType": "miniprogram",
  "setting": {
    "es6": true,
    "enhance": true,
    "minified": true,
    "useCompilerPlugins": ["typescript"],
    "packNpmManually": true,
    "packNpmRelationList": [
      { "packageJsonPath": "./package.json", "miniprogramNpmDistDir": "./app/" }
    ]
  }
}`,
  'package.json': '{ "dependencies": { "lib": "1.0.0", "copied": "1.0.0" } }',
  'node_modules/lib/package.json': '{ "name": "lib", "version": "1.0.0" }',
  'node_modules/lib/index.js': "exports.inner = require('./inner')\n",
  'node_modules/lib/inner.js': 'exports.one = (x) => x\n',
  'node_modules/copied/package.json': '{ "name": "copied", "version": "1.0.0" }',
  'node_modules/copied/miniprogram_dist/index.js': "exports.lib = require('lib')\n",
  'app/app.json': '{\n  "pages": [\n    "pages/home/home"\n  ]\n}',
  'app/app.ts': 'App({})\n',
  'app/pages/home/home.ts': "import { inner } from 'lib'\n\nPage({ data: inner.one({ x: 1 }) })\n",
  'app/pages/home/home.json': '{}',
  'app/pages/home/home.wxml': '<view>{{x}}</view>\n',
  'app/pages/home/home.wxss': '.x {\n  color: red;\n}\n',
}

/** Writes a valid mini program with some of its files replaced to a new folder. */
export function writeMiniProgram(replaced: typeof VALID_FILES): string {
  const folder = mkdtempSync(join(tmpdir(), 'planted-'))
  for (const [path, contents] of Object.entries({ ...VALID_FILES, ...replaced })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), contents)
  }
  return folder
}
