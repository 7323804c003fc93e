import { at } from '../build/root'

/** The command of a tool in `tools/contributing`. */
export const contributingTool = (name: string) =>
  at(`tools/contributing/node_modules/.bin/${name}${process.platform === 'win32' ? '.cmd' : ''}`)
