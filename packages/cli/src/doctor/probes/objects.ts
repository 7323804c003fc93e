import { describeAnswer, sendForm } from '../live/liveCloud'
import type { Probe } from '../live/probe'

/** How objects are written, named and deleted. */
export const objectsProbes: Probe[] = [
  {
    id: 'multi-delete-without-md5',
    assumed: 'A multi-delete without Content-MD5 is answered with `InvalidRequest`.',
    async run(live) {
      const body = `<Delete><Object><Key>${live.folder}nothing</Key></Object></Delete>`
      const headers = { 'Content-Type': 'application/xml' }
      const answer = await live.send({ method: 'POST', query: { delete: '' }, headers, body })
      return [
        { what: 'no Content-MD5', expected: '400 InvalidRequest', seen: describeAnswer(answer) },
      ]
    },
  },
  {
    id: 'form-content-conditions',
    assumed:
      "Whether a form upload's `Content-Type` field and its file's length are what `cos:content-type` and `cos:content-length` see of PostObject. If COS takes the whole form's instead, such uploads into limited folders are refused, never let through.",
    async run(live) {
      const condition = {
        string_like: { 'cos:content-type': ['image/*'] },
        numeric_less_than_equal: { 'cos:content-length': 100 },
      }
      const key = await live.keyFor({ ...live.allow(['PostObject']), condition })
      const send = async (type: string, bytes: number) =>
        describeAnswer(await sendForm(live, key, type, bytes))
      return [
        {
          what: 'type and length of the file are allowed',
          expected: '204',
          seen: await send('image/png', 90),
        },
        {
          what: 'the field names another type',
          expected: '403 AccessDenied',
          seen: await send('text/plain', 90),
        },
        {
          what: 'the file is too long',
          expected: '403 AccessDenied',
          seen: await send('image/png', 110),
        },
      ]
    },
  },
  {
    id: 'forbid-overwrite',
    assumed:
      'A write with `x-cos-forbid-overwrite: true` over an object is `FileAlreadyExists`, by PUT, copy, the beginning of an upload in parts and its completion.',
    async run(live) {
      await live.send({ method: 'PUT', name: 'kept', body: 'kept' })
      const headers = { 'x-cos-forbid-overwrite': 'true' }
      const over = { name: 'kept', headers }
      await live.send({ method: 'PUT', name: 'other', body: 'other' })
      const source = { 'x-cos-copy-source': `${live.host}/${live.folder}other` }
      const begun = await live.send({ method: 'POST', name: 'kept', query: { uploads: '' } })
      const [, uploadId = ''] = /<UploadId>([^<]+)/.exec(begun.body) ?? []
      const query = { uploadId }
      const part = await live.send({
        method: 'PUT',
        name: 'kept',
        query: { partNumber: '1', uploadId },
        body: 'other',
      })
      const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`
      const expected = '409 FileAlreadyExists'
      return [
        {
          what: 'PUT',
          expected,
          seen: describeAnswer(await live.send({ method: 'PUT', ...over, body: 'x' })),
        },
        {
          what: 'copy',
          expected,
          seen: describeAnswer(
            await live.send({ method: 'PUT', ...over, headers: { ...headers, ...source } }),
          ),
        },
        {
          what: 'beginning in parts',
          expected,
          seen: describeAnswer(
            await live.send({ method: 'POST', ...over, query: { uploads: '' } }),
          ),
        },
        {
          what: 'completion',
          expected,
          seen: describeAnswer(await live.send({ method: 'POST', ...over, query, body })),
        },
      ]
    },
  },
  {
    id: 'leading-slashes',
    assumed: 'Leading slashes of a key are dropped.',
    async run(live) {
      await live.send({ method: 'PUT', path: `//${live.folder}slash`, body: 'x' })
      const answer = await live.send({ method: 'HEAD', name: 'slash' })
      return [{ what: 'the key without them', expected: '200', seen: describeAnswer(answer) }]
    },
  },
  {
    id: 'path-of-dots',
    assumed:
      'A request other than a preflight whose path is nothing but slashes and dots is refused with `InvalidURI`.',
    async run(live) {
      const query = { prefix: live.folder, 'max-keys': '1' }
      const list = async (path: string) => describeAnswer(await live.send({ path, query }))
      const expected = '400 InvalidURI'
      return [
        { what: 'GET of //', expected, seen: await list('//') },
        { what: 'GET of /./', expected, seen: await list('/./') },
      ]
    },
  },
  {
    id: 'preflight-of-slashes',
    assumed:
      "A preflight of a path of nothing but slashes is refused, since the browser SDK's test sees it fail.",
    byHand:
      "With a cross-origin rule for * on the bucket: curl -i -X OPTIONS -H 'Origin: https://example.com' -H 'Access-Control-Request-Method: PUT' https://BUCKET.cos.REGION.myqcloud.com// - is it 403?",
  },
  {
    id: 'tag-lengths',
    assumed:
      'Tags: 127 and 255 characters (the API page says 128 and 256); characters beyond ASCII are accepted if they are letters or digits.',
    byHand:
      'COS console → bucket → an object → tags: is a name of 128 characters, a value of 256, or a name in Chinese accepted?',
  },
  {
    id: 'bucket-name-length',
    assumed:
      "A bucket's name may have 60 characters with its APPID; the documents say so of the whole host, Tencent's SDK tests make longer ones.",
    byHand: 'COS console → new bucket: how many characters does the name take?',
  },
]
