import type { CloudApi } from '../cloud/cloudApi'
import { CloudFault } from '../cloud/cloudFault'

/** Calls a function without any identity: it must run, and refuse. @throws CloudFault `FunctionFails`, `FunctionOpen` */
export async function checkFunction(cloud: CloudApi, name: string): Promise<void> {
  const { RetMsg, ErrMsg, InvokeResult, RequestId } = await cloud.callFunction(name)
  const detail = `${name}${RequestId ? `, RequestId ${RequestId}` : ''}`
  if (InvokeResult || ErrMsg) throw new CloudFault('FunctionFails', detail)
  let answer: { error?: { code?: string } } | null
  try {
    answer = JSON.parse(RetMsg ?? 'null')
  } catch {
    throw new CloudFault('FunctionFails', `${detail}, it does not answer with JSON`)
  }
  const code = answer?.error?.code
  if (code === 'KitNoIdentity') return
  if (code) throw new CloudFault('FunctionFails', `${detail}, ${code}`)
  throw new CloudFault('FunctionOpen', detail)
}
