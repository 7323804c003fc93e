import { headersLike } from '../givenHeaders'
import type { Params } from '../harness'
import { AT, call, type InputDeviation, isRejectedKey } from './deviation'
import { NOT_IN_FORMS } from './uploads'

const MIB = 1024 * 1024
const upload = { Key: 'k', FilePath: 'wxfile://f' }

/** Inputs that cos-wx-sdk-v5 has to be given in another form. */
export const INPUT_DEVIATIONS: InputDeviation[] = [
  {
    reason: 'ForcePathStyle makes its constructor throw',
    example: call('headObject', { Key: 'k' }, { ForcePathStyle: true }),
    appliesTo: ({ options }) => options.ForcePathStyle,
    toOfficial: (given) => ({ ...given, options: { ...given.options, ForcePathStyle: false } }),
  },
  {
    reason: 'it signs a scheme in capitals as part of the host, or sends no form',
    example: call('postObject', upload, { Domain: 'HTTPS://a.example.com' }),
    appliesTo: ({ options }) => /^HTTPS:/.test(options.Domain),
    toOfficial: (given) => ({
      ...given,
      options: { ...given.options, Domain: given.options.Domain.replace('HTTPS:', 'https:') },
    }),
  },
  {
    reason: 'our uploadFile sends by PUT what a form cannot carry',
    example: call('uploadFile', { ...upload, ForbidOverwrite: 'true' }),
    appliesTo: (given) =>
      given.method === 'uploadFile' && Object.keys(headersLike(given, NOT_IN_FORMS)).length > 0,
    toOfficial: (given) => ({
      ...given,
      options: { ...given.options, SimpleUploadMethod: 'putObject' },
    }),
  },
  {
    reason: 'in a URL it takes a parameter that is undefined for an empty one',
    example: call('getObjectUrl', { Key: 'k', Query: { a: undefined } }),
    appliesTo: ({ method, params }) => method === 'getObjectUrl' && params.Query,
    toOfficial: (given) => ({
      ...given,
      params: {
        ...given.params,
        Query: Object.fromEntries(
          Object.entries(given.params.Query).filter(
            ([, value]) => value !== undefined && value !== null,
          ),
        ),
      },
    }),
  },
  {
    reason: 'in uploadFile it takes SliceSize for the size of the parts too',
    example: {
      ...call('uploadFile', { ...upload, SliceSize: MIB }, { ChunkSize: 2 * MIB }),
      files: { 'wxfile://f': new Uint8Array(MIB + 1) },
    },
    appliesTo: ({ method, params }) => method === 'uploadFile' && params.SliceSize !== undefined,
    toOfficial: ({ params: { SliceSize, ...params }, ...given }) => ({
      ...given,
      params,
      options: { ...given.options, SliceSize },
    }),
  },
  {
    reason: 'it does not check the files of uploadFiles (defect 19)',
    example: {
      ...call('uploadFiles', {}, { SimpleUploadMethod: 'putObject' }),
      params: { files: [{ ...AT, Key: '/k', FilePath: 'wxfile://f' }] },
    },
    appliesTo: ({ method }) => method === 'uploadFiles',
    toOfficial: (given) => ({
      ...given,
      params: {
        ...given.params,
        files: given.params.files
          .filter(({ Key }: Params) => !isRejectedKey(Key))
          .map((file: Params) => ({ ...file, Key: file.Key.replace(/^\//, '') })),
      },
    }),
  },
]
