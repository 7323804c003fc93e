import { join } from 'node:path'
import type { SafeOutput } from '../output'
import { t } from '../text'
import type { MigrationEndpoints } from './endpoints'
import { Journal } from './journal'
import type { FieldSelection } from './plan'
import { KeyNames, makePlan, type Plan, type Problem } from './plan'
import { copyFiles, rewriteRecords, rollBack } from './steps'

export interface MigrationOptions {
  selections: FieldSelection[]
  /** Also copies files that no record contains. */
  allFiles: boolean
  /** Template of the keys. */
  key: string
  /** Folder of the journal. */
  folder: string
  parallel: number
  /** Files per second. */
  rate: number
  /** Copies the files without changing records. */
  copyOnly: boolean
}

/** Shows the progress of a step. */
export interface ProgressBar {
  update: (done: number, text: string) => void
  stop: (text: string) => void
}

export interface MigrationUi {
  output: SafeOutput
  startProgress: (total: number) => Promise<ProgressBar>
}

/** Maximum number of problems that are listed. */
const SHOWN_PROBLEMS = 20

/** Prints the plan of a migration. @returns whether every file can be migrated */
export async function showPlan(
  endpoints: MigrationEndpoints,
  options: MigrationOptions,
  { output }: MigrationUi,
): Promise<boolean> {
  const plan = await makePlan(endpoints, { ...options, names: new KeyNames(options.key) })
  describePlan(plan, output)
  for (const { fileID, Key } of plan.copies.slice(0, SHOWN_PROBLEMS)) {
    output.line(`  ${printable(fileID)}\n    → ${printable(Key)}`)
  }
  return showProblems(plan.problems, output)
}

/**
 * Copies files into the bucket, then writes their keys into the records. Can be interrupted at any time and run
 * again: steps that are completed according to the journal are skipped.
 * @returns whether every file and record was migrated
 */
export async function runMigration(
  endpoints: MigrationEndpoints,
  options: MigrationOptions,
  { output, startProgress }: MigrationUi,
): Promise<boolean> {
  const names = new KeyNames(options.key)
  const journal = new Journal(options.folder)
  try {
    const plan = await makePlan(endpoints, { ...options, names })
    describePlan(plan, output)
    const bar = await startProgress(plan.copies.length)
    const failed = await copyFiles(plan.copies, endpoints, journal, {
      parallel: options.parallel,
      rate: options.rate,
      temporary: join(options.folder, 'downloads'),
      onProgress: (done, bytes) => bar.update(done, `${(bytes / 1e6).toFixed(1)} MB`),
    })
    const copied = plan.copies.length - failed.length
    bar.stop(
      t(`copied ${copied} of ${plan.copies.length}`, `已复制 ${copied}/${plan.copies.length}`),
    )
    const problems = [...plan.problems, ...failed]
    if (!options.copyOnly) {
      const rewritten = await rewriteRecords(endpoints.records, journal, options.selections, names)
      problems.push(...rewritten.problems)
      const { changed } = rewritten
      output.line(t(`✓ ${changed} records now name keys`, `✓ ${changed} 条记录已改为对象键`))
    }
    output.line(t(`· journal: ${options.folder}`, `· 日志：${options.folder}`))
    return showProblems(problems, output)
  } finally {
    journal.close()
  }
}

/** @returns whether everything was undone */
export async function runRollback(
  { records, bucket }: MigrationEndpoints,
  { folder, keepCopies }: { folder: string; keepCopies: boolean },
  { output, startProgress }: MigrationUi,
): Promise<boolean> {
  const journal = new Journal(folder)
  const total = [...journal.rewritten].length + (keepCopies ? 0 : journal.begun.size)
  const bar = await startProgress(total)
  const outcome = await rollBack(records, bucket, journal, {
    keepCopies,
    onProgress: (done) => bar.update(done, ''),
  })
  const { changed, deleted, problems } = outcome
  bar.stop(
    t(
      `${changed} records name fileIDs again, ${deleted} copies deleted`,
      `${changed} 条记录已恢复为 fileID，已删除 ${deleted} 个副本`,
    ),
  )
  if (problems.length > 0) journal.close()
  else output.line(`· ${journal.archive(new Date())}`)
  return showProblems(problems, output)
}

function describePlan({ copies, records }: Plan, output: SafeOutput): void {
  output.line(
    t(
      `· ${records} records name files; ${copies.length} files to migrate`,
      `· ${records} 条记录引用文件；共 ${copies.length} 个文件待迁移`,
    ),
  )
}

/** @returns whether there is none */
function showProblems(problems: Problem[], output: SafeOutput): boolean {
  for (const { subject, reason } of problems.slice(0, SHOWN_PROBLEMS)) {
    output.error(`✗ ${printable(subject)}\n  ${printable(reason)}`)
  }
  const more = problems.length - SHOWN_PROBLEMS
  if (more > 0) output.error(t(`  and ${more} more`, `  另有 ${more} 项`))
  return problems.length === 0
}

/** Removes characters that could control the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd')
}
