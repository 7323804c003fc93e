import { type Attack, BUCKET_HOST, OWN, VICTIM } from './attack'

const ALL_USERS = 'uri="http://cam.qcloud.com/groups/global/AllUsers"'
const SIGNED_IN = 'uri="http://cam.qcloud.com/groups/global/AuthenticatedUsers"'
const OTHER_ACCOUNT = 'id="100000000009"'

/** Headers, or fields of a form, that give an object to everyone or to another account. */
export const GRANTS: Record<string, string>[] = [
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
      'x-cos-copy-source': `${BUCKET_HOST}/${OWN}mine.txt`,
      'x-cos-metadata-directive': 'Replaced',
    },
  },
  {
    name: 'copy what another user shares',
    method: 'PUT',
    headers: { 'x-cos-copy-source': `${BUCKET_HOST}/shared/${VICTIM}/photo.png` },
  },
  { name: 'set the ACL', method: 'PUT', key: `${OWN}mine.txt`, query: { acl: '' } },
]

export const grantAttacks: Attack[] = WRITES.flatMap((write) =>
  GRANTS.map((grant, i) => ({
    ...write,
    name: `${write.name} with ${JSON.stringify(grant)}`,
    key: write.key ?? `${OWN}open-${i}`,
    headers: { ...write.headers, ...grant },
  })),
)
