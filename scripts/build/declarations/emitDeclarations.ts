import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { at } from '../root'

/** Declarations of the client and of the protocol package it is built from, a file for each source. */
export async function emitDeclarations(folder: string): Promise<void> {
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--stripInternal']
  await promisify(execFile)(
    process.execPath,
    [
      at('node_modules/typescript/bin/tsc'),
      ...['-p', at('tsconfig.phone.json'), ...options],
      ...['--rootDir', at('packages'), '--outDir', join(folder)],
    ],
    { cwd: at() },
  ).catch((failure: { stdout: string; message: string }) => {
    throw new Error(failure.stdout || failure.message)
  })
}
