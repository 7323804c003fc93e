import { parseBucket } from '@miniprogram-cos/protocol'
import type { CosConfig } from '@miniprogram-cos/server'

/** A report that may be shown to anybody: nothing in it tells whose account, bucket or environment it was. */
export function withoutNames(text: string, { bucket, env, appid }: CosConfig): string {
  const account = parseBucket(bucket)?.appid
  const names: [name: string | undefined, instead: string][] = [
    [bucket, 'BUCKET-APPID'],
    [env, 'ENV'],
    [appid, 'WXAPPID'],
    [account, 'APPID'],
  ]
  return names.reduce(
    (shown, [name, instead]) => (name ? shown.replaceAll(name, instead) : shown),
    text,
  )
}
