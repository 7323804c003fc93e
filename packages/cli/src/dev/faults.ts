import type { FaultRule, LocalCloud } from '@miniprogram-cos/local-cloud'
import type { FaultChoice, PreviewOptions } from '@miniprogram-cos/simulator/preview'

/** The faults that the preview offers, each as rules of the local COS. */
const FAULTS: (FaultChoice & { rules: FaultRule[] })[] = [
  {
    name: 'slow',
    title: { en: 'COS answers 2 s late', zh: 'COS 延迟 2 秒响应' },
    rules: [{ action: { kind: 'latency', milliseconds: 2000 } }],
  },
  {
    name: 'parts',
    title: { en: 'Every third part: 503 SlowDown', zh: '三分之一的分块：503 SlowDown' },
    rules: [
      { action: { kind: 'error', code: 'SlowDown' }, operation: 'multipartUpload', share: 0.34 },
    ],
  },
  {
    name: 'drop',
    title: { en: 'Every fourth connection breaks', zh: '四分之一的连接中断' },
    rules: [{ action: { kind: 'drop', when: 'during' }, share: 0.25 }],
  },
  {
    name: 'expired',
    title: { en: 'Next request: 403 ExpiredToken', zh: '下一个请求：403 ExpiredToken' },
    rules: [{ action: { kind: 'error', code: 'ExpiredToken' }, times: 1 }],
  },
  {
    name: 'internal',
    title: { en: 'Half of all requests: 500', zh: '一半请求返回 500' },
    rules: [{ action: { kind: 'error', code: 'InternalError' }, share: 0.5 }],
  },
]

/** Lets the preview inject faults into a local cloud. */
export function previewFaults(faults: LocalCloud['faults']): NonNullable<PreviewOptions['faults']> {
  return {
    choices: FAULTS.map(({ name, title }) => ({ name, title })),
    set: (name) => faults.set({ rules: FAULTS.find((one) => one.name === name)?.rules ?? [] }),
  }
}
