import { ATTACKER, type Attack, OWN, THEIRS, VICTIM, visible } from './attack'

const diary = `${THEIRS}diary.txt`
const rest = `${VICTIM}/diary.txt`

/** Keys that are not the attacker's, or only look like it. */
const FOREIGN = [
  diary,
  THEIRS,
  `private/${VICTIM}`,
  `${THEIRS}album/1.png`,
  `${THEIRS}new.txt`,
  `private/${VICTIM.toLowerCase()}/diary.txt`,
  `private/${VICTIM.toUpperCase()}/diary.txt`,
  `PRIVATE/${rest}`,
  `Private/${rest}`,
  `private/${ATTACKER}`,
  `private/${ATTACKER}B/x`,
  `private/${ATTACKER}.txt`,
  `private/${ATTACKER}-/x`,
  `private/${ATTACKER.slice(0, -1)}/x`,
  `private/x${ATTACKER}/x`,
  `x/private/${ATTACKER}/x`,
  `private/x/${ATTACKER}/x`,
  `${ATTACKER}/x`,
  `private/x`,
  'private/',
  'private',
  'config/secret.json',
  'diary.txt',
  'index.html',
  '.env',
  '.git/config',
  // Wildcards and templates of policies and rules.
  '*',
  '**',
  '**/diary.txt',
  '*/diary.txt',
  'private/*',
  'private/**',
  'private/*/diary.txt',
  `private/${VICTIM}*`,
  `private/${VICTIM.slice(0, 6)}*/diary.txt`,
  `private/${'?'.repeat(VICTIM.length)}/diary.txt`,
  'private/{openid}/diary.txt',
  'private/${openid}/diary.txt',
  'private/${uin}/diary.txt',
  'private/${owner_uin}/x',
  'private/${app_id}/x',
  '${filename}',
  'private/{{openid}}/x',
  'private/#{openid}/x',
  'private/<openid>/x',
  // Wrong or repeated separators.
  `private//${rest}`,
  `private///${rest}`,
  `private/./${rest}`,
  `./${diary}`,
  `../${diary}`,
  `private/../${diary}`,
  `private\\${VICTIM}\\diary.txt`,
  `private/${VICTIM}\\diary.txt`,
  `private\uff0f${rest}`,
  `private\u2215${rest}`,
  `private\u2044${rest}`,
  `private\u29f8${rest}`,
  // Encoded twice.
  diary.replace('/', '%2F'),
  diary.replace('/', '%2f'),
  diary.replace('/', '%252F'),
  diary.replace('p', '%70'),
  `private/%6f${rest.slice(1)}`,
  `%2e%2e/${diary}`,
  diary.replace('/', '%c0%af'),
  // Look-alike and invisible characters.
  `private/\u043e${rest.slice(1)}`,
  `private/\uff4f${rest.slice(1)}`,
  `private/o\u0410${rest.slice(2)}`,
  `private/\u200b${rest}`,
  `private/${VICTIM}\u200b/diary.txt`,
  `private/${VICTIM}\u00ad/diary.txt`,
  `private/${VICTIM}\ufeff/diary.txt`,
  `private/\u202e${rest}`,
  `private/\u2066${rest}`,
  `pr\u0131vate/${rest}`,
  `private/o\u0301${rest.slice(1)}`,
  `private/${VICTIM}\u00a0/diary.txt`,
  `private/${VICTIM} /diary.txt`,
  `private/${VICTIM}./diary.txt`,
  ` ${diary}`,
  `${diary}\u0000`,
  `private/${VICTIM}\u0000/diary.txt`,
  `private/${VICTIM}\u0018/diary.txt`,
  // Properties of every JavaScript object.
  '__proto__',
  '__proto__/x',
  'constructor/x',
  'private/__proto__/x',
  'private/constructor/x',
  'private/toString/x',
  'private/undefined/x',
  'private/null/x',
  'private/NaN/x',
  'private/[object Object]/x',
]

/** Keys in the attacker's folder that would leave it if they were resolved. */
const TRAVERSING = [
  `${OWN}../${rest}`,
  `${OWN}./../${rest}`,
  `${OWN}a/../../${rest}`,
  `${OWN}.../${rest}`,
  `${OWN}..;/${rest}`.replace(';', '.'),
  `${OWN}%2e%2e/${rest}`,
  `${OWN}%2e%2e%2f${rest}`,
  `${OWN}..%2f${rest}`,
  `${OWN}..%5c${rest}`,
  `${OWN}%252e%252e/${rest}`,
  `${OWN}..\\${VICTIM}\\diary.txt`,
  `${OWN}/../${rest}`,
  `${OWN}*`,
  `${OWN}?`,
  `${OWN}\${filename}`,
  `${OWN}\u202egnp.exe`,
]

const METHODS = ['GET', 'PUT', 'DELETE', 'HEAD']

/** Each key with one of the methods, in turn; the simplest with all. */
export const keyAttacks: Attack[] = [
  ...METHODS.map((method) => ({ name: `${method} the victim’s diary`, method, key: diary })),
  ...['PUT', 'DELETE'].map((method) => ({
    name: `${method} what the victim shares for reading`,
    method,
    key: `shared/${VICTIM}/photo.png`,
  })),
  ...FOREIGN.map((key, i) => {
    const method = METHODS[i % METHODS.length] as string
    return { name: `${method} ${visible(key)}`, method, key }
  }),
  ...TRAVERSING.map((key, i): Attack => {
    const method = ['GET', 'PUT'][i % 2] as string
    return { name: `${method} ${visible(key)}`, method, key, isLiteral: true }
  }),
  {
    name: 'PUT a key longer than COS takes',
    method: 'PUT',
    key: `${OWN}${'x'.repeat(851)}`,
  },
  // A prefix of another OPENID is an OPENID too.
  ...[VICTIM.slice(0, -1), VICTIM.slice(0, 6), `${VICTIM}x`, VICTIM.toLowerCase()].map(
    (as, i): Attack => ({
      name: `${METHODS[i]} the diary, as ${as}`,
      method: METHODS[i] as string,
      key: diary,
      as,
    }),
  ),
]
