import { type Attack, BUCKET_HOST, OWN, THEIRS, VICTIM, visible } from './attack'

const diary = `${THEIRS}diary.txt`

/** Copy sources that the attacker may not read, in every spelling that a server might accept. */
const SOURCES: [source: string, key: string][] = [
  [`${BUCKET_HOST}/${diary}`, diary],
  [`${BUCKET_HOST}/${encodeURIComponent(diary)}`, diary],
  [`${BUCKET_HOST}/${diary}?versionId=1`, diary],
  [`https://${BUCKET_HOST}/${diary}`, diary],
  [`http://${BUCKET_HOST}/${diary}`, diary],
  [`//${BUCKET_HOST}/${diary}`, diary],
  [`${BUCKET_HOST}//${diary}`, diary],
  [`${BUCKET_HOST.toUpperCase()}/${diary}`, diary],
  [`${BUCKET_HOST}:443/${diary}`, diary],
  [`/media-1250000000/${diary}`, diary],
  [`media-1250000000/${diary}`, diary],
  [diary, diary],
  [`media-1250000000.cos.accelerate.myqcloud.com/${diary}`, diary],
  [`other-1250000000.cos.ap-guangzhou.myqcloud.com/${OWN}x`, `other/${OWN}x`],
  [`media-1250000000.cos.ap-beijing.myqcloud.com/${diary}`, diary],
  [`media-1250000000.evil.example/${diary}`, diary],
  [`${BUCKET_HOST}@evil.example/${diary}`, diary],
  [`${BUCKET_HOST}/${OWN}../${VICTIM}/diary.txt`, `${OWN}../${VICTIM}/diary.txt`],
  [`${BUCKET_HOST}/${OWN}%2e%2e/${VICTIM}/diary.txt`, `${OWN}../${VICTIM}/diary.txt`],
  [`${BUCKET_HOST}/${diary.replace('/', '%252F')}`, diary.replace('/', '%2F')],
  [`${BUCKET_HOST}/config/secret.json`, 'config/secret.json'],
  [`${BUCKET_HOST}/private/*`, 'private/*'],
  [`${BUCKET_HOST}/`, 'private/'],
]

const copyScope = (key: string, source: string) => [
  { action: 'name/cos:PutObject', prefix: key },
  { action: 'name/cos:GetObject', prefix: source },
]

export const copyAttacks: Attack[] = [
  ...SOURCES.map(
    ([source, from]): Attack => ({
      name: `copy from ${visible(source)}`,
      method: 'PUT',
      key: `${OWN}stolen`,
      headers: { 'x-cos-copy-source': source },
      scope: copyScope(`${OWN}stolen`, from),
    }),
  ),
  {
    name: 'copy a part from the diary',
    method: 'PUT',
    key: `${OWN}stolen`,
    query: { partNumber: '1', uploadId: 'u' },
    headers: { 'x-cos-copy-source': `${BUCKET_HOST}/${diary}` },
    scope: copyScope(`${OWN}stolen`, diary),
  },
  {
    name: 'copy own content over the diary',
    method: 'PUT',
    key: diary,
    headers: { 'x-cos-copy-source': `${BUCKET_HOST}/${OWN}mine.txt` },
    scope: copyScope(diary, `${OWN}mine.txt`),
  },
  {
    name: 'copy the diary over itself, with other headers',
    method: 'PUT',
    key: diary,
    headers: {
      'x-cos-copy-source': `${BUCKET_HOST}/${diary}`,
      'x-cos-metadata-directive': 'Replaced',
    },
    scope: copyScope(diary, diary),
  },
]
