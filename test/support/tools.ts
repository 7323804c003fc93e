import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { hasWechatTools } from '../../packages/cli/src/wechat/miniprogramCi'

/**
 * `describe` if a tool that the tests need is installed. Otherwise the tests report that they did not run; with CI=true
 * they fail.
 * @param missing how it is reported that the tool is not installed
 */
export function describeIfFound(
  isFound: boolean,
  missing: string,
  name: string,
  tests: () => void,
): void {
  if (isFound) {
    describe(name, tests)
    return
  }
  const what = `${missing}, so these did not run: ${name}`
  if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(what)
    })
    return
  }
  process.stderr.write(`\n${what}\n`)
  describe.skip(`${name} (${missing})`, tests)
}

/** `describe` if WeChat's tools, which `npm ci` does not install, are installed. */
export function describeWithWechatTools(name: string, tests: () => void): void {
  const missing = 'tools/wechat is not installed: npm run check:wechat'
  describeIfFound(hasWechatTools(), missing, name, tests)
}

const hasFfmpeg = (process.env.PATH ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'ffmpeg')))

/** `describe` if ffmpeg is installed. */
export function describeWithFfmpeg(name: string, tests: () => void): void {
  describeIfFound(hasFfmpeg, 'no ffmpeg was found', name, tests)
}

/** A video made by ffmpeg: two seconds, the first red, the second blue. */
export function sampleVideo(container: 'mp4' | 'avi' = 'mp4', size = '160x90'): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'video-'))
  try {
    const file = join(folder, `video.${container}`)
    const rate = container === 'mp4' ? 10 : 1
    const second = (color: string) => `color=${color}:size=${size}:rate=${rate}:duration=1`
    const { status, stderr } = spawnSync('ffmpeg', [
      ...['-v', 'error', '-f', 'lavfi', '-i', second('red'), '-f', 'lavfi', '-i', second('blue')],
      ...['-filter_complex', 'concat', '-c:v', container === 'mp4' ? 'libx264' : 'mjpeg'],
      // One key frame.
      ...['-pix_fmt', 'yuvj420p', '-g', '100', '-sc_threshold', '0', file],
    ])
    if (status !== 0) throw new Error(`ffmpeg made no video: ${stderr}`)
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
