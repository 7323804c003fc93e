import { pathOf, postForm, send, signedRequests } from '../support/cosRequests'
import {
  callFunction,
  type FunctionAnswer,
  formSignedWithKey,
  sendWithKey,
  sendWithSignature,
} from '../support/functionCalls'
import { HOST, useTestCloud } from '../support/testCloud'
import { ATTACKER, type Attack, OWN, signatureEvent, VICTIM } from './attacks/attack'

const ALL_USERS = 'uri="http://cam.qcloud.com/groups/global/AllUsers"'
const SIGNED_IN = 'uri="http://cam.qcloud.com/groups/global/AuthenticatedUsers"'
const OTHER_ACCOUNT = 'id="100000000009"'

/** Headers, or fields of a form, that give an object to everyone or to another account. */
const GRANTS: Record<string, string>[] = [
  { 'x-cos-acl': 'public-read' },
  { 'x-cos-acl': 'public-read-write' },
  { 'x-cos-acl': 'authenticated-read' },
  { 'x-cos-acl': 'bucket-owner-full-control' },
  { 'X-COS-ACL': 'public-read' },
  ...['read', 'write', 'read-acp', 'write-acp', 'full-control'].flatMap((permission) =>
    [ALL_USERS, SIGNED_IN, OTHER_ACCOUNT].map((grantee) => ({
      [`x-cos-grant-${permission}`]: grantee,
    })),
  ),
  { 'X-Cos-Grant-Read': ALL_USERS },
  { 'X-COS-GRANT-FULL-CONTROL': OTHER_ACCOUNT },
  { 'x-cos-grant-read': `${OTHER_ACCOUNT},${ALL_USERS}` },
  { 'x-cos-acl': 'private', 'x-cos-grant-read': ALL_USERS },
  { 'x-cos-acl': 'default', 'x-cos-grant-full-control': OTHER_ACCOUNT },
  { 'x-cos-acl': 'public-read', 'x-cos-grant-read': ALL_USERS },
]

/** Every request that an owner may send and that sets an ACL. */
const WRITES: Attack[] = [
  { name: 'PUT', method: 'PUT' },
  { name: 'begin an upload in parts', method: 'POST', query: { uploads: '' } },
  {
    name: 'copy an own object onto itself',
    method: 'PUT',
    key: `${OWN}mine.txt`,
    headers: {
      'x-cos-copy-source': `${HOST}/${OWN}mine.txt`,
      'x-cos-metadata-directive': 'Replaced',
    },
  },
  {
    name: 'copy what another user shares',
    method: 'PUT',
    headers: { 'x-cos-copy-source': `${HOST}/shared/${VICTIM}/photo.png` },
  },
  { name: 'set the ACL', method: 'PUT', key: `${OWN}mine.txt`, query: { acl: '' } },
]

const grantAttacks: Attack[] = WRITES.flatMap((write) =>
  GRANTS.map((grant, i) => ({
    ...write,
    name: `${write.name} with ${JSON.stringify(grant)}`,
    key: write.key ?? `${OWN}open-${i}`,
    headers: { ...write.headers, ...grant },
  })),
)

/** No user makes an object public, or gives it to another account: by key, by signature, by form. */
const cloud = useTestCloud()
let key: FunctionAnswer
const asRoot = signedRequests(() => cloud)

beforeAll(async () => {
  await asRoot('PUT', `${OWN}mine.txt`, { body: 'mine' })
  await asRoot('PUT', `shared/${VICTIM}/photo.png`, { body: 'shared' })
  key = await callFunction(cloud, 'cos-credentials', { openid: ATTACKER })
})

const sign = (event: object) => callFunction(cloud, 'cos-signature', { openid: ATTACKER }, event)

/** If the object exists, its owner is the only grantee; it cannot be read unsigned. */
async function expectPrivate(name: string): Promise<void> {
  expect((await send(cloud.cos, { path: pathOf({ key: name }) })).status).toBe(403)
  const { status, body } = await asRoot('GET', name, { query: { acl: '' } })
  if (status === 200) expect(body.match(/<Grant>/g)).toHaveLength(1)
  if (status === 200) expect(body).not.toMatch(/AllUsers|AuthenticatedUsers|100000000009/)
}

describe.each(grantAttacks)('$name', (attack) => {
  const { key: name = '' } = attack

  test('is refused with a key', async () => {
    const { status } = await sendWithKey(cloud, key, { ...attack, body: 'x' })
    expect(status).toBe(403)
    await expectPrivate(name)
  })

  test('is refused by cos-signature', async () => {
    const answer = await sign(signatureEvent(attack))
    expect(answer.error?.code).toBe('KitRequestRefused')
    expect(answer.authorization).toBeUndefined()
  })
})

test.each(GRANTS)('is refused when added to a signed request: %j', async (grant) => {
  const request = { method: 'PUT', key: `${OWN}added`, body: 'x' }
  const answer = await sign({ Method: 'PUT', Key: request.key, Headers: { Host: HOST } })
  expect((await sendWithSignature(cloud, answer, { ...request, headers: grant })).status).toBe(403)
  await expectPrivate(request.key)
})

test.each(GRANTS)('is refused when added to a presigned URL: %j', async (headers) => {
  const Key = `${OWN}by url`
  const { url = '' } = await sign({ presign: true, Method: 'PUT', Key })
  const { pathname, search } = new URL(url)
  const sent = await send(cloud.cos, { method: 'PUT', path: pathname + search, headers, body: 'x' })
  expect(sent.status).toBe(403)
  await expectPrivate(Key)
})

/** A form names the canned ACL `acl`. */
const fieldsOf = (grant: Record<string, string>) =>
  Object.entries(grant).map(([name, value]): [string, string] => [
    /^x-cos-acl$/i.test(name) ? 'acl' : name,
    value,
  ])

test.each(GRANTS)('is refused in a form signed with a key: %j', async (grant) => {
  const name = `${OWN}own form`
  const fields = formSignedWithKey(key, { key: name, ...Object.fromEntries(fieldsOf(grant)) })
  expect((await postForm(cloud, fields)).status).toBe(403)
  await expectPrivate(name)
})

test.each(GRANTS)(
  'is refused in a form of cos-signature, instead of and besides its own fields: %j',
  async (grant) => {
    const name = `${OWN}form`
    const { formData = {} } = await sign({ form: { Key: name } })
    const added = fieldsOf(grant)
    const replaced = Object.entries(formData).filter(
      ([field]) => !added.some(([other]) => other.toLowerCase() === field.toLowerCase()),
    )
    for (const fields of [
      [...added, ...replaced],
      [...Object.entries(formData), ...added],
      [...added, ...Object.entries(formData)],
    ]) {
      expect((await postForm(cloud, fields)).status).toBeGreaterThanOrEqual(400)
      await expectPrivate(name)
    }
    expect((await postForm(cloud, formData)).status).toBe(200)
    await expectPrivate(name)
  },
)
