import { ATTACKER, type Attack, OWN, THEIRS, VICTIM, visible } from './attack'

/** Prefixes that would list more than the attacker's own folder. */
const PREFIXES = [
  '',
  'p',
  'private',
  'private/',
  'private/o',
  `private/${ATTACKER}`,
  `private/${ATTACKER.slice(0, -1)}`,
  THEIRS,
  `private/${VICTIM}`,
  `${THEIRS}album/`,
  'shared',
  'shared/',
  `shared/${VICTIM}/`,
  'config/',
  '/',
  'private/*',
  '*',
  `private/${VICTIM}*`,
  'private/{openid}/',
  '__proto__',
  `private%2F${VICTIM}%2F`,
  `private//${VICTIM}/`,
  `private/${VICTIM}\u200b/`,
]

const scopeOf = (action: string, prefix: string) => [{ action: `name/cos:${action}`, prefix }]

export const listAttacks: Attack[] = [
  ...PREFIXES.map((prefix) => ({
    name: `list ${visible(prefix)}`,
    query: { prefix },
    scope: scopeOf('GetBucket', prefix),
  })),
  { name: 'list the bucket, no prefix at all', query: {}, scope: scopeOf('GetBucket', '') },
  {
    name: 'list folders by delimiter',
    query: { prefix: 'private/', delimiter: '/' },
    scope: scopeOf('GetBucket', 'private/'),
  },
  {
    name: 'list from a marker in the victim’s folder, without a prefix',
    query: { marker: THEIRS },
    scope: scopeOf('GetBucket', ''),
  },
  {
    name: 'list own folder with dot segments',
    query: { prefix: `${OWN}../${VICTIM}/` },
    scope: scopeOf('GetBucket', `${OWN}../${VICTIM}/`),
    isLiteral: true,
  },
  {
    name: 'list uploads of the bucket',
    query: { uploads: '' },
    scope: scopeOf('ListMultipartUploads', ''),
  },
  {
    name: 'list uploads of the victim',
    query: { uploads: '', prefix: THEIRS },
    scope: scopeOf('ListMultipartUploads', THEIRS),
  },
  {
    name: 'list versions of the own folder',
    query: { versions: '', prefix: OWN },
    scope: scopeOf('GetBucketObjectVersions', OWN),
  },
  {
    name: 'list versions of the bucket',
    query: { versions: '' },
    scope: scopeOf('GetBucketObjectVersions', ''),
  },
]
