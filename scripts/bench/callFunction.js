/**
 * One instance of a cloud function, in a process of its own: loads a file, calls it as the platform does, and prints
 * one line of JSON. `node callFunction.js <file> cold | warm | users`
 */
const { statSync } = require('node:fs')

const [file, mode] = process.argv.slice(2)
const now = () => Number(process.hrtime.bigint()) / 1e6
const cpu = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const print = (result) => process.stdout.write(`${JSON.stringify(result)}\n`)
console.log = () => {}

/** Files of the function and its modules that were read, and their bytes. */
function loaded() {
  const files = Object.keys(require.cache).filter((name) => name !== __filename)
  const sizes = files.map((name) => statSync(name).size)
  return { files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

let main
async function call(openid) {
  const variables = {
    WX_OPENID: openid,
    WX_APPID: 'wx0000000000000000',
    WX_CONTEXT_KEYS: 'WX_OPENID,WX_APPID',
    TCB_SOURCE: 'wx_client',
    TCB_ENV: 'bench',
  }
  Object.assign(process.env, variables)
  const started = now()
  const answer = await main({}, { request_id: 'bench', environment: JSON.stringify(variables) })
  if (!answer.credentials) throw new Error(`no key: ${JSON.stringify(answer)}`)
  return now() - started
}
const user = (i) => `oBenchUser${String(i).padStart(18, '0')}`
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]

async function run() {
  const [started, cpuBefore] = [now(), cpu()]
  main = require(file).main
  await call(user(0))
  if (mode === 'cold') return print({ wall: now() - started, cpu: cpu() - cpuBefore, ...loaded() })
  if (mode === 'users') {
    for (let i = 1; i < 1000; i++) await call(user(i % 100))
    return print({})
  }
  const [fetched, cached] = [[], []]
  for (let i = 1; i <= 125; i++) {
    const [first, again] = [await call(user(i)), await call(user(i))]
    // The first users warm up.
    if (i <= 25) continue
    fetched.push(first)
    cached.push(again)
  }
  return print({ fetched: median(fetched), cached: median(cached) })
}

run().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
