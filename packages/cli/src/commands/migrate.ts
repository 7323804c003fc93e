import { resolve } from 'node:path'
import { readSettings, secretsOf } from '../cloud/settings'
import { LocalizedCommand } from '../command'
import type { MigrationUi, ProgressBar } from '../migrate/runMigration'
import { isAgreed, SafeOutput } from '../output'
import { loadConfig, projectRoot, readInputFile } from '../project'
import { localizedError, t } from '../text'

interface Options {
  records: string[]
  allFiles: boolean
  key?: string
  dryRun: boolean
  copyOnly: boolean
  rollback: boolean
  keepCopies: boolean
  parallel: string
  rate: string
  journal: string
  localCloud?: string
  yes: boolean
}

export function migrateCommand(): LocalizedCommand {
  return new LocalizedCommand('migrate')
    .describe(
      'Moves files from wx.cloud storage into the bucket, and writes their keys into database records.',
      '把 wx.cloud 云存储中的文件迁移到存储桶，并把数据库记录改为对象键。',
    )
    .withOption(
      '--records <collection.field...>',
      'fields that hold fileIDs, such as posts.photos or users.avatar.url; a collection alone: all of its fields',
      '存有 fileID 的字段，如 posts.photos、users.avatar.url；只写集合表示全部字段',
      [],
    )
    .withOption(
      '--all-files',
      'also the files that no record names',
      '同时迁移没有记录引用的文件',
      false,
    )
    .withOption(
      '--key <template>',
      'key of a file: private/{openid}/{path}; also {name} {collection} {id}',
      '对象键模板：private/{openid}/{path}；还可用 {name} {collection} {id}',
    )
    .withOption('--dry-run', 'shows what would be done', '只显示将要执行的操作', false)
    .withOption('--copy-only', 'leaves the records as they are', '不修改记录', false)
    .withOption(
      '--rollback',
      'writes the fileIDs back and deletes the copies; the files in wx.cloud storage are always kept',
      '把记录恢复为 fileID 并删除副本；云存储中的原文件始终保留',
      false,
    )
    .withOption(
      '--keep-copies',
      'with --rollback: deletes nothing',
      '与 --rollback 同用：不删除副本',
      false,
    )
    .withOption('--parallel <n>', 'files copied at the same time', '同时复制的文件数', '8')
    .withOption('--rate <n>', 'files begun in a second, at most', '每秒最多开始的文件数', '50')
    .withOption('--journal <folder>', 'folder of the journal', '日志目录', 'migration')
    .withOption(
      '--local-cloud <file>',
      'rehearses on a running local cloud; the file holds the JSON line that it printed',
      '在运行中的本地云上演练；文件内容为其打印的 JSON 行',
    )
    .withOption('-y, --yes', 'does not ask', '不询问', false)
    .withExitCodes(
      '0 success, 1 a file or record was not migrated, 2 wrong input. Run it again after an interruption: it continues.',
      '0 成功；1 有文件或记录未迁移；2 输入有误。中断后再次执行即可继续。',
    )
    .action(migrate)
}

async function migrate(given: Options): Promise<void> {
  const { parseSelection, checkTemplate } = await import('../migrate/plan')
  const { allFiles, key, copyOnly, keepCopies } = given
  const selections = given.records.map(parseSelection)
  if (!given.rollback) {
    if (!key) throw localizedError('--key is missing', '缺少 --key')
    checkTemplate(key)
    if (selections.length === 0 && !allFiles) {
      throw localizedError('--records or --all-files is missing', '缺少 --records 或 --all-files')
    }
  }
  const folder = resolve(projectRoot(), given.journal)
  const options = {
    selections,
    allFiles,
    key: key ?? '',
    folder,
    parallel: positive(given.parallel, '--parallel'),
    rate: positive(given.rate, '--rate'),
    copyOnly,
  }
  const [{ connectEndpoints, connectLocalEndpoints }, { showPlan, runMigration, runRollback }] =
    await Promise.all([import('../migrate/endpoints'), import('../migrate/runMigration')])
  const settings = readSettings()
  const output = new SafeOutput(secretsOf(settings))
  const ui: MigrationUi = { output, startProgress: progressBar }
  const { endpoints, target } =
    given.localCloud === undefined
      ? connectEndpoints(await loadConfig(), settings)
      : connectLocalEndpoints(readInputFile(given.localCloud))
  if (given.dryRun) {
    process.exitCode = (await showPlan(endpoints, options, ui)) ? 0 : 1
    return
  }
  const question = given.rollback
    ? t(`Undo the migration ${target}?`, `撤销迁移 ${target}？`)
    : t(`Migrate ${target}?`, `迁移 ${target}？`)
  if (!(await isAgreed(given.yes, question))) return
  const isComplete = given.rollback
    ? await runRollback(endpoints, { folder, keepCopies }, ui)
    : await runMigration(endpoints, options, ui)
  process.exitCode = isComplete ? 0 : 1
}

/** @throws Error */
function positive(text: string, option: string): number {
  const number = Number(text)
  if (Number.isFinite(number) && number > 0) return number
  throw localizedError(
    `${option} takes a positive number, got "${text}"`,
    `${option} 应为正数，收到 "${text}"`,
  )
}

/** Shows a progress bar on a terminal; otherwise only the last line. */
async function progressBar(total: number): Promise<ProgressBar> {
  if (!process.stderr.isTTY) return { update: () => {}, stop: (text) => console.log(`✓ ${text}`) }
  const { progress } = await import('@clack/prompts')
  const bar = progress({ max: Math.max(total, 1), output: process.stderr })
  let shown = 0
  bar.start()
  return {
    update(done, text) {
      bar.advance(done - shown, `${done}/${total} ${text}`)
      shown = done
    },
    stop: (text) => bar.stop(text),
  }
}
