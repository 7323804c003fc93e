import { ALICE, BOB, HOST } from '../../support/testCloud'

/** In the tests, `private/` and `open/` have a trash; the victim has deleted `diary` and `photo` in each. */
export const VICTIMS_KEY = `private/${ALICE}/diary`
const THEIRS = `private/${ALICE}/`
const OWN = `private/${BOB}/`
const ID = '20260101T000000Z-00000000-owner'

/** Events that cos-credentials and cos-signature refuse to the attacker, and the code of the refusal. */
export const trashEvents: [name: string, trash: unknown, code: string][] = [
  ...(
    [
      ["another user's object", VICTIMS_KEY],
      ['what lies beside the folders', 'config/secret'],
      ['a folder of a rule without trash', `kept/${BOB}/a`],
      ['the trash itself', `.trash/${OWN}a/${ID}`],
      ["another user's folder by dot segments", `${OWN}../${ALICE}/diary`],
      ["another user's folder by an encoded slash", `${OWN}..%2f${ALICE}%2fdiary`],
      ['a folder whose name begins as the own one', `private/${BOB}x/a`],
      ['every folder', 'private/*'],
      ['the own folder itself', `private/${BOB}`],
      ['an empty segment', `${OWN}/a`],
      ['a leading slash', `/${OWN}a`],
      ['a template', 'private/{openid}/a'],
      ['an invisible character', `${OWN}a\u200b`],
      ['nothing', ''],
    ] as const
  ).flatMap(([name, Key]) =>
    (['delete', 'restore', 'erase'] as const).map((action): [string, unknown, string] => [
      `${action}: ${name}`,
      { action, Key, ...(action === 'erase' ? { TrashId: ID } : {}) },
      'KitTrashRefused',
    ]),
  ),
  ...(
    [
      THEIRS,
      'private/',
      '.trash/',
      `.trash/${THEIRS}`,
      '',
      'private/*/',
      `${OWN}../${ALICE}/`,
      `private/${ALICE}`,
      `open/${ALICE}/`,
    ] as const
  ).map((Prefix): [string, unknown, string] => [
    `list ${JSON.stringify(Prefix)}`,
    { action: 'list', Prefix },
    'KitTrashRefused',
  ]),
  ...(
    [
      ID,
      `../../${ALICE}/diary/${ID}`,
      `${ID}/../${ID}`,
      '20260101T000000Z-00000000-other',
      '',
      '*',
      `${ID}\n`,
    ] as const
  ).flatMap((TrashId) =>
    ['restore', 'erase'].map((action): [string, unknown, string] => [
      `${action} by the id ${JSON.stringify(TrashId)}`,
      { action, Key: `${OWN}a`, TrashId },
      'KitTrashRefused',
    ]),
  ),
  [
    'restore without the right to write',
    { action: 'restore', Key: `open/${ALICE}/photo` },
    'KitTrashRefused',
  ],
  [
    'erase as somebody who may only delete',
    { action: 'erase', Key: `open/${ALICE}/photo`, TrashId: ID },
    'KitTrashRefused',
  ],
  ['erase without an id', { action: 'erase', Key: `${OWN}a` }, 'KitBadRequest'],
  ['an unknown action', { action: 'purge', Key: `${OWN}a` }, 'KitBadRequest'],
  ['no action', { Key: `${OWN}a` }, 'KitBadRequest'],
  ['no key', { action: 'delete' }, 'KitBadRequest'],
  ...[7, ['a'], { toString: `${OWN}a` }, true].map((Key): [string, unknown, string] => [
    `the key ${JSON.stringify(Key)}`,
    { action: 'delete', Key },
    'KitBadRequest',
  ]),
  [
    'Overwrite that is text',
    { action: 'restore', Key: `${OWN}a`, Overwrite: 'yes' },
    'KitBadRequest',
  ],
  ['a list', [], 'KitBadRequest'],
  ['a text', 'delete', 'KitBadRequest'],
]

/** A request that no key, signature or form may permit. */
export interface TrashRequestAttack {
  name: string
  method: string
  key: string
  action: string
  query?: Record<string, string>
  headers?: Record<string, string>
}

const request = (
  method: string,
  action: string,
  query?: Record<string, string>,
): [string, string, Record<string, string>?] => (query ? [method, action, query] : [method, action])

const IN_TRASH = [`.trash/${THEIRS}diary/${ID}`, `.trash/${OWN}mine/${ID}`, `.trash/${OWN}new`]

/** On the trash, whosever it is; and deletions that would not go into it. */
export const trashRequests: TrashRequestAttack[] = [
  ...IN_TRASH.flatMap((key) =>
    [
      request('GET', 'GetObject'),
      request('HEAD', 'HeadObject'),
      request('PUT', 'PutObject'),
      request('DELETE', 'DeleteObject'),
      request('POST', 'InitiateMultipartUpload', { uploads: '' }),
      request('PUT', 'UploadPart', { partNumber: '1', uploadId: 'u' }),
      request('POST', 'CompleteMultipartUpload', { uploadId: 'u' }),
    ].map(([method, action, query]) => ({
      name: `${method} ${action} ${key.replace(ALICE, 'victim').replace(BOB, 'attacker')}`,
      method,
      key,
      action,
      ...(query ? { query } : {}),
    })),
  ),
  {
    name: 'copy an own object into the trash',
    method: 'PUT',
    key: `.trash/${OWN}mine/${ID}`,
    action: 'PutObject',
    headers: { 'x-cos-copy-source': `${HOST}/${OWN}mine` },
  },
  {
    name: 'delete an own object for good',
    method: 'DELETE',
    key: `${OWN}mine`,
    action: 'DeleteObject',
  },
  {
    name: 'delete a version of an own object',
    method: 'DELETE',
    key: `${OWN}mine`,
    action: 'DeleteObject',
    query: { versionId: 'v' },
  },
]
