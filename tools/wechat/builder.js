/**
 * WeChat's builder in a process of its own: it starts workers, leaves a folder in the working directory,
 * and prints at will. Answers one question and ends. Undocumented parts of miniprogram-ci are used here and
 * nowhere else; its version is pinned for them.
 */
const { mkdirSync, writeFileSync } = require('node:fs')
const dns = require('node:dns')
const { dirname, join } = require('node:path')

// The same on a train as at the desk: the list of file types it asks for has a default.
dns.lookup = (host, options, done = options) => done(new Error(`${host} is not asked: offline`))

const questions = {
  /** "Build npm" of DevTools. */
  async buildNpm(where) {
    // All of miniprogram-ci takes a second or two to load.
    const {
      packNpmManually,
    } = require('miniprogram-ci/dist/modules/corecompiler/original/npm/packnpm')
    const printed = []
    console.error = (...line) => printed.push(line.join(' '))
    // It looks through every folder for packages: not through its own as well.
    const result = await packNpmManually({ ...where, ignores: ['tools/wechat/**'] })
    return { ...result, printed }
  },

  /**
   * The compile before an upload, with the project's own settings and plugins. Writes what it makes, and says
   * what that refers to and cannot find: the analysis does not know TypeScript.
   */
  async compile({ projectPath, out }) {
    const {
      analyseCode,
      DefaultProjectAttr,
      getCompiledResult,
      Project,
    } = require('miniprogram-ci')
    const project = (folder) =>
      new Project({
        appid: 'wx0000000000000000',
        type: 'miniProgram',
        projectPath: folder,
        // A key is needed to upload, and `attr` keeps it from asking WeChat what the account may do.
        privateKey: 'none',
        attr: async () => DefaultProjectAttr,
      })
    const files = await getCompiledResult({
      project: project(projectPath),
      version: '0.0.0',
      desc: '',
      setting: { useProjectConfig: true },
      onProgressUpdate() {},
    })
    for (const [path, contents] of Object.entries(files)) {
      mkdirSync(dirname(join(out, path)), { recursive: true })
      writeFileSync(join(out, path), contents)
    }
    const warnings = []
    console.warn = (warning) => warnings.push(warning?.message ?? String(warning))
    await analyseCode(project(out), { silent: false })
    return { paths: Object.keys(files), warnings }
  },

  /** Faults of configuration files, by the schemas that DevTools ships. */
  async validate({ documents }) {
    const { Validator } = require('jsonschema')
    const { config: schemas } = require('miniprogram-ci/dist/schema/dist')
    return documents.map(({ schema, value }) =>
      new Validator().validate(value, schemas[schema]).errors.map((error) => ({
        path: error.path,
        message:
          error.name === 'anyOf'
            ? `fits none of ${JSON.stringify(error.schema.anyOf)}`
            : error.message,
      })),
    )
  },
}

process.once('message', async ({ question, ...details }) => {
  const message = await questions[question](details).then(
    (answer) => ({ answer }),
    (error) => ({ failure: { message: String(error?.message ?? error), path: error?.path } }),
  )
  process.send(message, () => process.exit())
})
