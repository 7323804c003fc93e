import { join } from 'node:path'
import { loadModule } from '@miniprogram-cos/simulator'
import type { PrepareUpload } from 'miniprogram-cos'
import type * as Prepare from '../../packages/client/src/prepare'
import { AT, createFakePhone, type PhoneOptions } from '../support/fakePhone'
import type { Untyped } from '../support/phones'
import { COS, KEY, setWx } from '../support/recordingWx'
import { ROOT } from '../support/root'

/** What a phone offers of pictures and videos, as phones differ in it, and what becomes of chosen files. */

const ENTRY = join(ROOT, 'packages/client/miniprogram_dist/prepare.js')

interface File {
  bytes: Buffer
  width?: number
  height?: number
  orientation?: string
  duration?: number
}

/** A phone with files; `compress` is what its `wx.compressImage` makes of a picture, which may throw. */
function createPhone(
  files: Record<string, File>,
  compress?: (file: File, options: Untyped) => File,
) {
  const calls: string[] = []
  const method = (name: string, run: (options: Untyped) => object) => (options: Untyped) => {
    calls.push(name)
    let result: object
    try {
      result = run(options)
    } catch {
      options.fail({ errMsg: `${name}:fail` })
      return
    }
    options.success(result)
  }
  const fileAt = (path: string) => {
    const file = files[path]
    if (!file) throw new Error('no such file')
    return file
  }
  const visual = ({ width, height, orientation = 'up', duration }: File) => {
    if (!width) throw new Error('format not supported')
    return { width, height, orientation, duration }
  }
  const wx = {
    getFileSystemManager: () => ({
      stat: method('stat', ({ path }) => ({ stats: { size: fileAt(path).bytes.length } })),
      readFile: method('readFile', ({ filePath, position = 0, length }) => {
        const bytes = new Uint8Array(fileAt(filePath).bytes.subarray(position, position + length))
        return { data: bytes.buffer }
      }),
    }),
    getImageInfo: method('getImageInfo', ({ src }) => visual(fileAt(src))),
    getVideoInfo: method('getVideoInfo', ({ src }) => visual(fileAt(src))),
    ...(compress && {
      compressImage: method('compressImage', (options) => {
        const tempFilePath = `wxfile://tmp_compressed${calls.length}`
        files[tempFilePath] = compress(fileAt(options.src), options)
        return { tempFilePath }
      }),
    }),
  }
  return { ...loadModule<typeof Prepare>(ENTRY, { wx }), calls, files }
}

const withStart = (start: string, size: number) =>
  Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(size)]).subarray(0, size)
const JPEG = '\xff\xd8\xff\xe1'
const PNG = '\x89PNG\r\n\x1a\n'
const MP4 = '\0\0\0\x20ftypisom'

const photo = (more: Partial<File> = {}): File => ({
  bytes: withStart(JPEG, 3_000_000),
  width: 4000,
  height: 3000,
  ...more,
})

/** Scales and shrinks, as a phone that keeps the orientation. */
const scaled = (file: File, { compressedWidth }: Untyped): File => {
  const { width = 1, height = 1 } = file
  const scale = compressedWidth ? compressedWidth / width : 1
  return {
    ...file,
    width: Math.round(width * scale),
    height: Math.round(height * scale),
    bytes: file.bytes.subarray(0, 1 + Math.floor(file.bytes.length * scale * 0.5)),
  }
}

describe('the type of a file', () => {
  test.each([
    ['image/jpeg', '.jpg', JPEG, 'tmp.png'],
    ['image/png', '.png', PNG, 'tmp'],
    ['image/gif', '.gif', 'GIF89a', 'tmp.jpg'],
    ['image/webp', '.webp', 'RIFF\x01\x02\x03\x04WEBPVP8 ', 'tmp'],
    ['image/bmp', '.bmp', 'BM\x01\x02\x03\x04\0\0\0\0', 'tmp'],
    ['image/heic', '.heic', '\0\0\0\x18ftypheic', 'IMG_1.HEIC'],
    ['video/mp4', '.mp4', MP4, 'tmp'],
    ['video/quicktime', '.mov', '\0\0\0\x14ftypqt  ', 'tmp.mp4'],
    ['audio/mp4', '.m4a', '\0\0\0\x14ftypM4A ', 'tmp'],
    ['audio/mpeg', '.mp3', 'ID3\x03', 'tmp'],
    ['application/pdf', '.pdf', '%PDF-1.7', 'tmp'],
    ['text/plain', '.txt', 'hello', 'notes.TXT'],
    ['application/zip', '.zip', 'PK\x03\x04', 'a.zip'],
    [
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      '.docx',
      'PK\x03\x04',
      'a.docx',
    ],
    ['application/octet-stream', '.jpg', '<script>', 'photo.jpg'],
    ['application/octet-stream', '', 'anything', 'tmp'],
    ['application/octet-stream', '', '', 'tmp'],
  ])('is %s, %s by its first bytes', async (contentType, extension, start, name) => {
    const path = 'wxfile://tmp_1'
    const { prepareFile } = createPhone({
      [path]: { bytes: withStart(start, start ? 100 : 0) },
    })
    const file = await prepareFile({ path, name })
    expect([file.ContentType, file.extension]).toEqual([contentType, extension])
    expect(file.upload).toMatchObject({ FilePath: path, ContentType: contentType })
    expect(file.upload.Key.endsWith(extension)).toBe(true)
  })
})

test('names are unique, and begin with the prefix', async () => {
  const path = 'wxfile://temp/photo.jpg'
  const { prepareFile } = createPhone({ [path]: photo() })
  const files = await Promise.all(
    Array.from({ length: 100 }, () => prepareFile(path, { prefix: 'a/' })),
  )
  expect(new Set(files.map(({ upload }) => upload.Key)).size).toBe(100)
  for (const { upload } of files) expect(upload.Key).toMatch(/^a\/[a-z0-9]+-[a-z0-9]+\.jpg$/)
})

test.each<[string, { path?: string; name?: string; tempFilePath?: string }, string | undefined]>([
  ['wx.chooseMessageFile', { path: 'wxfile://tmp_1', name: '报告.pdf' }, '报告.pdf'],
  ['the path on a Mac', { tempFilePath: 'wxfile://temp/报告.pdf' }, '报告.pdf'],
  ['nobody', { tempFilePath: 'wxfile://tmp_1' }, undefined],
])('the original name is known from %s', async (_, file, name) => {
  const { path = '', tempFilePath = path } = file
  const { prepareFile } = createPhone({ [tempFilePath]: { bytes: withStart('%PDF-1', 9) } })
  const given = await prepareFile(file, { key: ({ name: own = 'none' }) => `docs/${own}` })
  expect([given.name, given.upload.Key]).toEqual([name, `docs/${name ?? 'none'}`])
})

describe('compression', () => {
  const path = 'wxfile://tmp_1'
  const run = async (
    file: File,
    compress: (file: File, options: Untyped) => File,
    options: Prepare.CompressOptions = {},
  ) => {
    const phone = createPhone({ [path]: file }, compress)
    const prepared = await phone.prepareFile(path, { compress: options })
    const { FilePath } = prepared.upload
    expect(prepared.size).toBe(phone.files[FilePath]?.bytes.length)
    return { ...prepared, isOriginal: FilePath === path, calls: phone.calls }
  }

  test('scales a picture to the wanted dimensions', async () => {
    const options = { maxWidth: 1000, maxHeight: 600 }
    const { isOriginal, width, height } = await run(photo(), scaled, options)
    expect([isOriginal, width, height]).toEqual([false, 800, 600])
  })

  test('keeps the original if the result is larger', async () => {
    const larger = (file: File) => ({ ...file, bytes: withStart(JPEG, file.bytes.length + 1) })
    expect(await run(photo(), larger)).toMatchObject({ isOriginal: true, size: 3_000_000 })
  })

  test.each([
    ['keeps the orientation', photo({ orientation: 'right' }), scaled, false],
    [
      'turns the pixels',
      photo({ orientation: 'right' }),
      (file: File, options: Untyped) => {
        const { width, height, ...rest } = scaled(file, options)
        return { ...rest, width: height as number, height: width as number, orientation: 'up' }
      },
      false,
    ],
    [
      'loses the orientation',
      photo({ orientation: 'right' }),
      (file: File, options: Untyped) => ({ ...scaled(file, options), orientation: 'up' }),
      true,
    ],
    [
      'may have lost a half turn',
      photo({ orientation: 'down' }),
      (file: File, options: Untyped) => ({ ...scaled(file, options), orientation: 'up' }),
      true,
    ],
    [
      'may have lost the turn of a square',
      photo({ orientation: 'left', width: 3000 }),
      (file: File, options: Untyped) => ({ ...scaled(file, options), orientation: 'up' }),
      true,
    ],
  ])('is right where the phone %s', async (_, file, compress, isOriginal) => {
    const prepared = await run(file, compress)
    expect(prepared.isOriginal).toBe(isOriginal)
    const turned = /left|right/.test(file.orientation as string)
    expect([prepared.width, prepared.height]).toEqual(
      turned ? [file.height, file.width] : [file.width, file.height],
    )
  })

  test.each([
    ['a GIF', { bytes: withStart('GIF89a', 900), width: 10, height: 10 }],
    ['a HEIC', { bytes: withStart('\0\0\0\x18ftypheic', 900) }],
    ['a small PNG', { bytes: withStart(PNG, 900), width: 10, height: 10 }],
    ['a PDF', { bytes: withStart('%PDF-', 900) }],
  ])('leaves %s alone', async (_, file) => {
    const { isOriginal, calls } = await run(file, scaled, { maxWidth: 100 })
    expect([isOriginal, calls.includes('compressImage')]).toEqual([true, false])
  })

  test('keeps the original where the phone cannot compress', async () => {
    const failing = () => {
      throw new Error()
    }
    expect((await run(photo(), failing)).isOriginal).toBe(true)
    const { prepareFile } = createPhone({ [path]: photo() })
    expect((await prepareFile(path, { compress: true })).upload.FilePath).toBe(path)
  })
})

describe('limits', () => {
  const refusalOf = async (file: File, limits: Prepare.FileLimits, chosen: object = {}) => {
    const { prepareFile } = createPhone({ f: file })
    return prepareFile({ path: 'f', ...chosen }, { limits }).then(
      () => 'accepted',
      ({ code, kind, cause }) => [code, kind, cause],
    )
  }
  const refused = (limit: string, allowed: unknown, actual: unknown) => [
    'KitFileRefused',
    'argument',
    { limit, allowed, actual },
  ]
  const video: File = { bytes: withStart(MP4, 1000), width: 1920, height: 1080, duration: 61 }

  test('refuse a type, a size, dimensions and a duration', async () => {
    expect(await refusalOf(photo(), { types: ['video/*'] })).toEqual(
      refused('types', ['video/*'], 'image/jpeg'),
    )
    expect(await refusalOf(photo(), { maxSize: 10 })).toEqual(refused('maxSize', 10, 3_000_000))
    expect(await refusalOf(photo({ orientation: 'left' }), { maxHeight: 3999 })).toEqual(
      refused('maxHeight', 3999, 4000),
    )
    expect(await refusalOf(photo(), { minWidth: 5000 })).toEqual(refused('minWidth', 5000, 4000))
    expect(await refusalOf(video, { maxDuration: 60 })).toEqual(refused('maxDuration', 60, 61))
  })

  test('refuse a file whose dimensions are unknown', async () => {
    const heic = { bytes: withStart('\0\0\0\x18ftypheic', 900) }
    expect(await refusalOf(heic, { maxWidth: 100 })).toEqual(refused('maxWidth', 100, undefined))
  })

  test('accept what is within them, and do not ask for the duration of a picture', async () => {
    const limits = { types: ['image/jpeg', 'video/*'], maxSize: 3_000_000, maxDuration: 61 }
    expect(await refusalOf(photo(), limits)).toBe('accepted')
    expect(await refusalOf(video, limits)).toBe('accepted')
    const known = { width: 640, height: 480, duration: 5 }
    expect(await refusalOf({ bytes: video.bytes }, { maxDuration: 5 }, known)).toBe('accepted')
  })
})

test('returns the cover of a video, unless the file of the cover is broken', async () => {
  const files: Record<string, File> = {
    v: { bytes: withStart(MP4, 1000), width: 1920, height: 1080, duration: 6 },
    good: photo(),
    broken: { bytes: withStart(JPEG, 3000) },
    empty: { bytes: Buffer.alloc(0) },
  }
  const { prepareFile } = createPhone(files)
  const coverOf = async (thumbTempFilePath: string) =>
    (await prepareFile({ tempFilePath: 'v', thumbTempFilePath }, { key: () => 'a/film.mp4' })).cover
  expect(await coverOf('good')).toEqual({
    Key: 'a/film.mp4.cover.jpg',
    FilePath: 'good',
    ContentType: 'image/jpeg',
  })
  for (const path of ['broken', 'empty', 'missing']) expect(await coverOf(path)).toBeUndefined()
})

test('reports its steps, and can be cancelled between two of them', async () => {
  const steps: string[] = []
  const listeners: (() => void)[] = []
  const signal = {
    aborted: false,
    addEventListener: (_: 'abort', listener: () => void) => void listeners.push(listener),
    removeEventListener() {},
  }
  const { prepareFile, calls } = createPhone({ f: photo() }, scaled)
  await prepareFile('f', { compress: true, onProgress: ({ step }) => steps.push(step) })
  expect(steps).toEqual(['inspect', 'compress', 'check', 'done'])
  calls.length = 0
  const onProgress = () => {
    signal.aborted = true
    for (const listener of listeners) listener()
  }
  const canceled = prepareFile('f', { compress: true, signal, onProgress })
  await expect(canceled).rejects.toMatchObject({ code: 'KitAborted', kind: 'abort' })
  expect(calls).not.toContain('compressImage')
})

test('rejects if the file cannot be read', async () => {
  const { prepareFile, isCosError } = createPhone({})
  const error = await prepareFile('none').catch((failure) => failure)
  expect([isCosError(error), error.code]).toEqual([true, 'KitFileUnreadable'])
  await expect(prepareFile({})).rejects.toMatchObject({ code: 'KitMissingParam' })
})

test('prepareUpload makes the params that replace those of an upload', async () => {
  const { prepareUpload, files } = createPhone({ f: photo() }, scaled)
  const signal = { aborted: false, addEventListener() {}, removeEventListener() {} }
  const prepare: PrepareUpload = prepareUpload({ compress: { maxWidth: 1000 } })
  const prepared = await prepare({ FilePath: 'f', signal })
  expect(prepared).toEqual({
    FilePath: expect.stringMatching(/compressed/),
    ContentType: 'image/jpeg',
  })
  expect(files[prepared.FilePath]?.width).toBe(1000)
  const refusing = prepareUpload({ limits: { maxSize: 10 } })
  await expect(refusing({ FilePath: 'f', signal })).rejects.toMatchObject({
    code: 'KitFileRefused',
  })
})

describe('the param prepare of an upload', () => {
  const start = (answer?: PhoneOptions['answer']) => {
    const files = { original: new Uint8Array(9), smaller: new Uint8Array(3) }
    const phone = createFakePhone({ files, ...(answer && { answer }) })
    setWx(phone.wx)
    return { cos: new COS(KEY), requests: phone.requests as Untyped[] }
  }

  test('replaces the file, once per task', async () => {
    let isRefused = true
    const { cos, requests } = start(() => (isRefused ? { statusCode: 403, data: '' } : undefined))
    const asked: string[] = []
    const prepare: PrepareUpload = ({ FilePath }) => {
      asked.push(FilePath)
      return { FilePath: 'smaller', ContentType: 'image/webp' }
    }
    const file = { ...AT, Key: 'k.jpg', FilePath: 'original', prepare }
    await expect(cos.uploadFile(file)).rejects.toMatchObject({ statusCode: 403 })
    isRefused = false
    const [{ id = '' } = {}] = cos.getTaskList()
    await cos.restartTask(id)
    expect(asked).toEqual(['original'])
    expect(requests.at(-1)).toMatchObject({
      filePath: 'smaller',
      formData: { key: 'k.jpg', 'Content-Type': 'image/webp' },
    })
    expect(cos.getTaskList()).toMatchObject([{ state: 'success', Key: 'k.jpg', size: 3 }])
  })

  test('is stopped by a cancellation, and nothing is sent', async () => {
    const { cos, requests } = start()
    const signals: Parameters<PrepareUpload>[0]['signal'][] = []
    let begin: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const prepare: PrepareUpload = ({ signal }) => {
      signals.push(signal)
      begin()
      return new Promise(() => {})
    }
    const done = cos.uploadFile({ ...AT, Key: 'k', FilePath: 'original', prepare })
    await begun
    cos.cancelTask(cos.getTaskList()[0]?.id ?? '')
    await expect(done).rejects.toMatchObject({ code: 'KitAborted' })
    expect(signals).toMatchObject([{ aborted: true }])
    expect(requests).toEqual([])
  })

  test('does not change the key, whatever else it returns', async () => {
    const { cos, requests } = start()
    const all = {
      FilePath: 'smaller',
      ContentType: 'image/webp',
      Key: 'random.webp',
      Bucket: 'b-1',
    }
    await cos.uploadFile({ ...AT, Key: 'k.jpg', FilePath: 'original', prepare: () => all })
    expect(requests.at(-1)).toMatchObject({ filePath: 'smaller', formData: { key: 'k.jpg' } })
  })

  test('fails the upload if it returns no file: the original is not sent', async () => {
    const { cos, requests } = start()
    for (const nothing of [undefined, null, {}]) {
      // As JavaScript may do.
      const prepare = () => nothing as unknown as ReturnType<PrepareUpload>
      const upload = cos.uploadFile({ ...AT, Key: 'k', FilePath: 'original', prepare })
      await expect(upload).rejects.toHaveProperty('kind')
    }
    expect(requests).toEqual([])
  })

  test('fails only its own file if it rejects', async () => {
    const { cos, requests } = start()
    const prepare: PrepareUpload = async () => {
      throw new Error('no picture')
    }
    const { files } = await cos.uploadFiles({
      files: [
        { ...AT, Key: 'a', FilePath: 'original', prepare },
        { ...AT, Key: 'b', FilePath: 'original' },
      ],
    })
    expect(files).toMatchObject([{ error: { message: 'no picture' } }, { error: null }])
    expect(requests).toHaveLength(1)
  })
})
