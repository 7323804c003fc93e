import { readdirSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { isCancel, select, text } from '@clack/prompts'
import { readerLanguage, t } from '../text'
import type { Template } from './createApp'

interface Streams {
  input?: Readable & { isTTY?: boolean }
  output?: Writable
}

/** @throws Error if stdin is not a TTY, or if the question is cancelled */
export async function askFolder(streams: Streams = {}): Promise<string> {
  checkTerminal(streams, t('a folder', '目录'))
  const initialValue = readdirSync('.').length === 0 ? '.' : 'my-miniprogram'
  const answer = await text({ message: t('Folder', '目录'), initialValue, ...streams })
  if (isCancel(answer)) throw cancelled()
  return answer.trim() || initialValue
}

/** @throws Error if stdin is not a TTY, or if the question is cancelled */
export async function askTemplate(templates: Template[], streams: Streams = {}): Promise<string> {
  checkTerminal(streams, '--template')
  const answer = await select({
    message: t('Template', '模板'),
    options: templates.map(({ name, label }) => ({ value: name, label: label[readerLanguage()] })),
    ...streams,
  })
  if (isCancel(answer)) throw cancelled()
  return answer
}

function checkTerminal({ input = process.stdin }: Streams, option: string): void {
  if (input.isTTY) return
  throw new Error(
    t(`stdin is not a TTY; pass ${option} or --yes`, `标准输入不是终端，请加 ${option} 或 --yes`),
  )
}

const cancelled = () => new Error(t('cancelled; nothing was written', '已取消，未写入任何内容'))
