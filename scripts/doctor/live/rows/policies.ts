import { checkConfig, compilePolicy, grantsOf } from '@miniprogram-cos/server'
import { ONE } from '../../probeUsers'
import type { Assumption } from '../assumption'
import { type LiveCloud, told } from '../liveCloud'

/** CAM's limit of a policy, in characters (document 598/10599). */
const MAX_POLICY = 6144

/** The group of an ACL that means everybody (document 436/7733). */
const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'

/** A key with the policy that cos-credentials gives the probe's user. */
function issuedKey(live: LiveCloud) {
  const { rules, bucket, region } = checkConfig(live.patient.config)
  const grants = grantsOf(rules, { openid: ONE, groups: [] })
  return live.keyFor(...compilePolicy(grants, { bucket, region }).statement)
}

/** A policy of about so many characters, which permits reading one object. */
function paddedTo(live: LiveCloud, length: number) {
  const one = live.allow(['GetObject'], `${live.folder}nothing`)
  const frame = JSON.stringify({ version: '2.0', statement: [{ ...one, resource: [] }] }).length
  const resources: string[] = []
  let left = length - frame
  for (let i = 0; left > 200; i++) {
    const resource = live.resource(`${live.folder}${String(i).padStart(4, '0')}`)
    resources.push(resource)
    left -= resource.length + 3
  }
  const last = live.resource(live.folder)
  return {
    ...one,
    resource: [...resources, last + 'x'.repeat(Math.max(0, left - last.length - 2))],
  }
}

/** What STS takes, and what COS makes of it. */
export const POLICIES: Assumption[] = [
  {
    id: 'list-permission',
    assumed: 'List permissions are evaluated on `<bucket>/<prefix>`.',
    async probe(live) {
      const key = await live.keyFor(live.allow(['GetBucket']))
      const list = (prefix: string) => live.send({ query: { prefix, 'max-keys': '1' }, key })
      return [
        { what: 'the folder it names', expected: '200', seen: told(await list(live.folder)) },
        {
          what: 'a folder beside it',
          expected: '403 AccessDenied',
          seen: told(await list(`${live.folder.slice(0, -1)}-beside/`)),
        },
      ]
    },
  },
  {
    id: 'part-copy-permission',
    assumed: 'Upload Part - Copy needs `PutObject` on the target and `GetObject` on the source.',
    async probe(live) {
      await live.send({ method: 'PUT', name: 'source', body: 'source' })
      const begun = await live.send({ method: 'POST', name: 'copied', query: { uploads: '' } })
      const [, uploadId = ''] = /<UploadId>([^<]+)/.exec(begun.body) ?? []
      const write = live.allow(['PutObject'], `${live.folder}copied`)
      const read = live.allow(['GetObject'], `${live.folder}source`)
      const copy = async (...statement: (typeof write)[]) =>
        live.send({
          method: 'PUT',
          name: 'copied',
          query: { partNumber: '1', uploadId },
          headers: { 'x-cos-copy-source': `${live.host}/${live.folder}source` },
          key: await live.keyFor(...statement),
        })
      return [
        { what: 'both rights', expected: '200', seen: told(await copy(write, read)) },
        { what: 'no right to read', expected: '403 AccessDenied', seen: told(await copy(write)) },
      ]
    },
  },
  {
    id: 'acl-headers-by-key',
    assumed:
      'The policy of an issued key refuses `x-cos-acl: public-read`, but no condition key exists for `x-cos-grant-*`: an upload that grants everybody or another account a right is accepted, and an object granted to everybody can then be read without a key.',
    async probe(live) {
      const key = await issuedKey(live)
      const everybody = { 'x-cos-grant-read': `uri="${ALL_USERS}"` }
      const another = { 'x-cos-grant-full-control': 'id="100000000001"' }
      const source = { 'x-cos-copy-source': `${live.host}/${live.folder}granted` }
      const put = async (name: string, headers: Record<string, string>) =>
        told(await live.send({ method: 'PUT', name, body: 'x', headers, key }))
      const copy = async (name: string, headers: Record<string, string>) =>
        told(await live.send({ method: 'PUT', name, headers: { ...source, ...headers }, key }))
      const begin = async (name: string, headers: Record<string, string>) =>
        told(await live.send({ method: 'POST', name, query: { uploads: '' }, headers, key }))
      const read = async (name: string) => told(await live.send({ name, isUnsigned: true }))
      const acl = { 'x-cos-acl': 'public-read' }
      const refused = '403 AccessDenied'
      return [
        { what: 'PUT, read by everybody', expected: '200', seen: await put('granted', everybody) },
        { what: 'GET of it without a key', expected: '200', seen: await read('granted') },
        { what: 'PUT, another account', expected: '200', seen: await put('given', another) },
        { what: 'PUT, public-read', expected: refused, seen: await put('public', acl) },
        { what: 'copy, read by everybody', expected: '200', seen: await copy('copy', everybody) },
        { what: 'GET of the copy without a key', expected: '200', seen: await read('copy') },
        { what: 'copy, another account', expected: '200', seen: await copy('copy', another) },
        { what: 'copy, public-read', expected: refused, seen: await copy('copy', acl) },
        { what: 'in parts, everybody', expected: '200', seen: await begin('parts', everybody) },
        { what: 'in parts, another account', expected: '200', seen: await begin('parts', another) },
        { what: 'in parts, public-read', expected: refused, seen: await begin('parts', acl) },
      ]
    },
  },
  {
    id: 'uid-star',
    assumed: '`uid/*` in a policy resource matches nothing in COS, as users report.',
    async probe(live) {
      const one = live.allow(['PutObject'])
      const resource = one.resource.map((text) => text.replace(/uid\/\d+/, 'uid/*'))
      const key = await live.keyFor({ ...one, resource })
      const answer = await live.send({ method: 'PUT', name: 'star', body: 'x', key })
      return [{ what: 'uid/*', expected: '403 AccessDenied', seen: told(answer) }]
    },
  },
  {
    id: 'federation-name',
    assumed: "GetFederationToken's `Name`: letters and hyphens are accepted, digits are not.",
    async probe(live) {
      const statement = [live.allow(['GetObject'])]
      const name = async (Name: string) => (await live.ask(statement, { Name })).code
      return [
        { what: 'letters and a hyphen', expected: 'a key', seen: await name('doctor-live') },
        { what: 'digits', expected: 'InvalidParameter.ParamError', seen: await name('doctor1') },
      ]
    },
  },
  {
    id: 'policy-length',
    assumed: "STS names no limit for the length of a policy; 6144 characters, CAM's own, is used.",
    async probe(live) {
      const ask = async (length: number) => (await live.ask([paddedTo(live, length)])).code
      return [
        {
          what: `${MAX_POLICY - 144} characters`,
          expected: 'a key',
          seen: await ask(MAX_POLICY - 144),
        },
        {
          what: `${MAX_POLICY + 256} characters`,
          expected: 'InvalidParameter.PolicyTooLong',
          seen: await ask(MAX_POLICY + 256),
        },
      ]
    },
  },
  {
    id: 'policy-principal',
    assumed:
      'STS takes `principal: {"qcs":["*"]}` in a policy, which Tencent\'s samples send, and refuses any other.',
    async probe(live) {
      const ask = async (qcs: string) =>
        (await live.ask([{ ...live.allow(['GetObject']), principal: { qcs: [qcs] } }])).code
      return [
        { what: 'everybody', expected: 'a key', seen: await ask('*') },
        {
          what: 'one account',
          expected: 'InvalidParameter.StrategyInvalid',
          seen: await ask('qcs::cam::uin/100000000001:uin/100000000001'),
        },
      ]
    },
  },
  {
    id: 'federation-resource',
    assumed: 'Whether `sts:GetFederationToken` in a CAM policy takes no finer resource than `*`.',
    byHand:
      'CAM console → policies → new, by policy syntax: sts:GetFederationToken on qcs::sts::uin/<account>:federatedUser/*. Is it accepted, and does npm run doctor still pass with it?',
  },
]
