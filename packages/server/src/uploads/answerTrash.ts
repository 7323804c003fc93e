import type { TrashResponse } from '@miniprogram-cos/protocol'
import { FunctionError } from '../errors'
import { grantFor, pathOf } from '../grants'
import type { Call } from '../invocation'
import { OPENID, ownerOf, type Rule, TRASH } from '../rules'
import { fileProblem } from '../signature/limits'
import { isEntryId, readEntry, refused, type Trash, type TrashTarget } from './trash'
import type { WantedUpload } from './uploadServices'

/**
 * Answers the event `trash`: checks what it requests against the caller's grants.
 * @param admit refuses an object that the caller may not upload
 * @throws FunctionError `KitBadRequest`, `KitTrashRefused`, `KitTrashConflict`
 */
export async function answerTrash(
  trash: Trash,
  rules: Rule[],
  call: Pick<Call, 'grants' | 'openid'>,
  event: object,
  admit: (file: WantedUpload) => Promise<void>,
): Promise<TrashResponse> {
  const { action, Key, TrashId, Overwrite, Prefix, Marker }: Record<string, unknown> = { ...event }
  if (Overwrite !== undefined && typeof Overwrite !== 'boolean') {
    throw badRequest('Overwrite must be true or false')
  }
  const id = textOf(TrashId, 'TrashId')
  if (id !== undefined && !isEntryId(id)) throw refused('there is no such object in the trash')
  const marker = textOf(Marker, 'Marker')
  if (action === 'list') {
    const target = listTarget(rules, call, textOf(Prefix, 'Prefix'))
    return trash.list(target, marker === undefined ? undefined : readEntry(`${TRASH}${marker}`))
  }
  const key = textOf(Key, 'Key')
  if (key === undefined) throw badRequest('trash needs a Key')
  const target = targetOf(rules, call, key)
  const { rule } = target
  const by = !hasOwner(rule) || isOwnKey(rule, key, call.openid) ? 'owner' : 'other'
  switch (action) {
    case 'delete':
      return trash.delete(target, by)
    case 'restore':
      grantFor('write', key, { ...call, rules }, refused)
      return trash.restore(target, id, Overwrite ? by : undefined, async ({ size, type }) => {
        // The limits may be stricter than when the object was uploaded.
        const problem = fileProblem(rule, { size, type })
        if (problem) throw refused(problem, rule.pattern)
        await admit({ rule, key, size, type })
      })
    case 'erase':
      if (id === undefined) throw badRequest('to erase, trash needs a TrashId')
      if (by === 'other') throw refused('only the owner of the folder may erase', rule.pattern)
      return trash.erase(target, id)
    default:
      throw badRequest('the actions of trash are delete, list, restore and erase')
  }
}

/** The target of a request, if the caller may delete it and its rule has a trash. @throws FunctionError `KitTrashRefused` */
function targetOf(rules: Rule[], call: Pick<Call, 'grants'>, key: string): TrashTarget {
  const { rule, isOwn } = grantFor('delete', key, { ...call, rules }, refused)
  if (rule.trashDays === undefined) throw refused('the rule has no trash', rule.pattern)
  return { rule, key, seesAll: !isOwn }
}

function listTarget(
  rules: Rule[],
  call: Pick<Call, 'grants' | 'openid'>,
  given: string | undefined,
): TrashTarget {
  const own = call.grants.find(
    ({ verb, rule, isOwn }) => verb === 'delete' && isOwn && rule.trashDays !== undefined,
  )
  const prefix = given ?? (own ? pathOf(own.rule, call.openid) : undefined)
  if (prefix === undefined) throw refused('no path of yours has a trash')
  const target = targetOf(rules, call, prefix)
  // Permission to delete a known key does not include listing the keys of others.
  if (target.seesAll && !isOwnKey(target.rule, prefix, call.openid)) {
    grantFor('list', prefix, { ...call, rules }, refused)
  }
  return target
}

const hasOwner = ({ segments }: Rule) => segments.includes(OPENID)

/** Whether a key lies in the caller's own folder. */
function isOwnKey(rule: Rule, key: string, openid: string): boolean {
  return hasOwner(rule) && ownerOf(rule, key) === openid
}

function textOf(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw badRequest(`${field} must be text`)
}

const badRequest = (message: string) => new FunctionError('KitBadRequest', message)
