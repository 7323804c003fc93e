import { AppCopy } from './appCopy'
import { runInProcess } from './runCli'

/** Kills `init` at random points of its run, and expects the next run to complete what it has begun. */
export async function killInit(rounds: number): Promise<void> {
  const whole = new AppCopy('cloudbaserc')
  const started = Date.now()
  await whole.run('init', '--yes')
  const duration = Date.now() - started
  const expected = whole.contents()
  whole.remove()
  for (let round = 0; round < rounds; round++) {
    const app = new AppCopy('cloudbaserc')
    const child = app.start(['init', '--yes'])
    const closed = new Promise((resolve) => child.on('close', resolve))
    const delay = Math.round((duration * (round + Math.random())) / rounds)
    setTimeout(() => child.kill('SIGKILL'), delay)
    await closed
    const { status, stderr } = await runInProcess(['init', '--yes'], { cwd: app.folder })
    expect({ round, delay, status, stderr }).toEqual({ round, delay, status: 0, stderr: '' })
    expect(app.contents()).toEqual(expected)
    app.remove()
  }
}
