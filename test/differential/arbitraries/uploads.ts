import fc from 'fast-check'
import { MIB } from '../../support/fakePhone'
import type { Call } from '../harness'
import { headerParams, key, word } from './values'

const size = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, 1000) },
  { weight: 1, arbitrary: fc.constantFrom(MIB - 1, MIB, MIB + 1, 2 * MIB + 77) },
)
const contentOf = (length: number) => new Uint8Array(length).fill(length % 251)
const PATHS = ['wxfile://tmp/a.png', 'wxfile://tmp/b', 'wxfile://tmp/c']

const keyPair = { SecretId: 'AKIDexample', SecretKey: 'secret' }
const uploadOptions = fc.record(
  {
    SimpleUploadMethod: fc.constantFrom('postObject', 'putObject'),
    SliceSize: fc.constantFrom(0, 500, MIB),
    ChunkSize: fc.constantFrom(MIB, 2 * MIB),
    UploadCheckContentMd5: fc.boolean(),
  },
  { requiredKeys: [] },
)
const limits = fc.record(
  { SliceSize: fc.constantFrom(0, 999, MIB), ChunkSize: fc.constantFrom(MIB, 2 * MIB) },
  { requiredKeys: [] },
)
const file = fc
  .tuple(key, headerParams, fc.boolean())
  .map(([Key, headers, skips]) => ({ Key, ...headers, ...(skips ? { SkipTask: false } : {}) }))

const at = { Bucket: 'test-1250000000', Region: 'ap-guangzhou' }
const upload = (method: string) =>
  fc.tuple(uploadOptions, limits, file, size).map(
    ([options, params, own, bytes]): Call => ({
      method,
      options: { ...keyPair, ...options, ChunkParallelLimit: 1 },
      params: { ...at, ...params, ...own, FilePath: PATHS[0] },
      files: { [PATHS[0] as string]: contentOf(bytes) },
    }),
  )

/** Calls that send more than one request, with what they need. */
export const UPLOADS: Record<string, fc.Arbitrary<Call>> = {
  uploadFile: upload('uploadFile'),
  sliceUploadFile: upload('sliceUploadFile'),
  uploadFiles: fc
    .tuple(
      uploadOptions,
      fc.uniqueArray(file, {
        minLength: 1,
        maxLength: 3,
        selector: ({ Key }) => Key.replace(/^\//, ''),
      }),
      // Of one size: cos-wx-sdk-v5 sends first what it has looked at first.
      size,
    )
    .map(([options, files, bytes]) => ({
      method: 'uploadFiles',
      options: {
        ...keyPair,
        ...options,
        SimpleUploadMethod: 'putObject',
        FileParallelLimit: 1,
        ChunkParallelLimit: 1,
      },
      params: {
        files: files.map((own, i) => ({ ...at, ...own, FilePath: PATHS[i] })),
      },
      files: Object.fromEntries(files.map((_, i) => [PATHS[i], contentOf(bytes)])),
    })),
  sliceCopyFile: fc
    .tuple(
      key,
      fc.integer({ min: 1, max: 4 * MIB }),
      fc.constantFrom(MIB, 2 * MIB),
      fc.constantFrom('a.mp4', 'dir/%E5%9B%BE.png', 'a%20b'),
      headerParams,
      fc.dictionary(
        fc.constantFrom(
          'content-type',
          'cache-control',
          'x-cos-meta-a',
          'x-cos-storage-class',
          'expires',
        ),
        word,
        { noNullPrototype: true },
      ),
    )
    .map(([Key, length, CopyChunkSize, name, headers, kept]) => ({
      method: 'sliceCopyFile',
      options: { ...keyPair, CopyChunkParallelLimit: 1 },
      params: {
        ...at,
        ...headers,
        Key,
        CopySource: `src-1250000000.cos.ap-guangzhou.myqcloud.com/${name}`,
        CopySliceSize: MIB,
        CopyChunkSize,
      },
      head: { ...kept, ETag: '"e"', 'content-length': String(length) },
    })),
  abortUploadTask: fc
    .record({ Key: key, UploadId: word, Level: fc.constantFrom('task', 'file', 'bucket') })
    .map((params) => ({
      method: 'abortUploadTask',
      options: keyPair,
      params: { ...at, ...params },
    })),
}
