import { type BucketParams, type Operation, operation } from './operation'

interface ListParams extends BucketParams {
  Prefix?: string
}

/** A row that lists what begins with a prefix: permitted by prefix, and sent even when that is empty. */
export function listOperation<Params extends ListParams, Result>(
  action: string,
  details: Partial<Operation<Params, Result>>,
): Operation<Params, Result> {
  return operation<Params, Result>('GET', 'bucket', action, {
    access: [{ action, on: 'prefix' }],
    request: ({ Prefix }) => ({ query: { prefix: Prefix || '' } }),
    ...details,
  })
}
