import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { deferModules } from '../../packages/cli/src/deploy/bundle'
import { functionFile } from '../../packages/cli/src/project'
import { useFolder } from '../support/projectFiles'
import { ROOT } from '../support/root'

const folder = useFolder()

const ENVIRONMENT = {
  PATH: process.env.PATH ?? '',
  TENCENTCLOUD_RUNENV: 'SCF',
  TENCENTCLOUD_REGION: 'ap-guangzhou',
  SCF_NAMESPACE: 'test-env',
  TCB_ENV: 'test-env',
}

/** Runs a program without node_modules and returns its output. */
function run(program: string): string {
  const file = join(folder, 'program.js')
  writeFileSync(file, program)
  return execFileSync(process.execPath, [file], {
    cwd: folder,
    env: ENVIRONMENT,
    encoding: 'utf8',
  }).trim()
}

test('a function is one file that needs only Node’s own modules', () => {
  const printed = run(`
    const Module = require('node:module')
    const load = Module._load
    Module._load = function (name) {
      if (name.startsWith('.') || (!Module.isBuiltin(name) && !name.startsWith('/'))) {
        throw new Error('asks for ' + name)
      }
      return load.apply(this, arguments)
    }
    const { main } = require(${JSON.stringify(functionFile('cos-credentials'))})
    main({}, {}).then(({ error }) => console.log(error.code))
  `)
  expect(printed.split('\n').at(-1)).toBe('KitNoIdentity')
})

test('deferred modules work on first use: database and storage of wx-server-sdk', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        const cloud = require('wx-server-sdk')
        cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })
        const db = cloud.database()
        console.log(typeof db.collection('a').where({ b: db.command.gt(1) }).get)
        console.log(typeof cloud.uploadFile, db.serverDate().constructor.name !== 'Object')
      `,
      resolveDir: ROOT,
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node16',
    minify: true,
    write: false,
    plugins: [deferModules(ROOT)],
  })
  expect(run(outputFiles[0]?.text ?? '').split('\n')).toEqual(['function', 'function true'])
})

test('deferred code is a string in the bundle, so it is not parsed before its first use', async () => {
  const { outputFiles } = await build({
    stdin: { contents: "require('wx-server-sdk')", resolveDir: ROOT },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    write: false,
    plugins: [deferModules(ROOT)],
  })
  const withoutTexts = (outputFiles[0]?.text ?? '').replace(/(["'`])(?:\\.|(?!\1)[^\\])*\1/gs, '')
  // Undeferred it is more than a million characters.
  expect(withoutTexts.length).toBeLessThan(350_000)
})
