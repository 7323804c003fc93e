import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { at } from '../root'

/**
 * One file from an entry and all that it mentions, the private protocol package included; and, where a `model`
 * is named, the same as data, of which the API reference is made.
 */
export function rollUp(folder: string, entry: string, protocol: string, model?: string): string {
  const output = join(folder, 'rolled-up.d.ts')
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: entry,
      bundledPackages: ['@miniprogram-cos/protocol'],
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2018',
            lib: ['ES2018', 'ES2022.Error'],
            module: 'ESNext',
            moduleResolution: 'bundler',
            types: [],
            strict: true,
            paths: { '@miniprogram-cos/protocol': [protocol] },
          },
          files: [entry],
        },
      },
      apiReport: { enabled: false },
      docModel: model
        ? { enabled: true, apiJsonFilePath: model, includeForgottenExports: true }
        : { enabled: false },
      dtsRollup: { enabled: true, untrimmedFilePath: output },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        // Everything in this file is public, and its comments are for editors, not for TSDoc.
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: at('packages/client/package.json'),
  })
  const { succeeded } = Extractor.invoke(config, {
    localBuild: true,
    // Which compiler it uses is no news.
    messageCallback: (message) => {
      if (message.logLevel === ExtractorLogLevel.Info) message.handled = true
    },
  })
  if (!succeeded) throw new Error('the declarations of the client could not be rolled up')
  return output
}
