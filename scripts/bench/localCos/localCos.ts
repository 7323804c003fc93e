import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LOCAL_COS } from '../catalogue/localCos'
import type { Measured } from '../figure'
import { besideFloor } from './besideFloor'
import { growth } from './growth'
import { startCos, startFloor } from './servers'
import { underLoad } from './underLoad'

/** The local COS beside a bare `node:http` server, under load, and full. */
export async function benchLocalCos(): Promise<Measured<typeof LOCAL_COS>> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    return { ...(await withServers(folder)), ...(await growth(folder)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function withServers(folder: string) {
  const floor = await startFloor(folder)
  const cos = await startCos(folder, 'cos')
  try {
    return { ...(await besideFloor(floor, cos)), ...(await underLoad(cos)) }
  } finally {
    await floor.stop()
    await cos.stop()
  }
}
