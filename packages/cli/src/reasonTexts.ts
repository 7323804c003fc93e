import type { ExplainedDecision, ReasonCode } from '@miniprogram-cos/server'
import { t } from './text'

/** Why access rules refuse something, in Chinese. `REASONS` of the server package has the English texts. */
const CHINESE: Record<ReasonCode, string> = {
  noUser: '没有已登录的用户',
  keyRefusedByCos: 'COS 不接受该对象键（{problem}）',
  keyWithWildcard:
    '对象键含有“{text}”，它在策略中是通配符：策略无法精确指定该对象键，请改用 cos-signature',
  keyWithBackslash: '对象键含有反斜杠：策略无法精确指定该对象键，请改用 cos-signature',
  keyWithTemplate: '对象键含有未替换的模板“{text}”',
  keyEncoded: '对象键含有百分号与两位十六进制数“{text}”：请使用未编码的对象键',
  keyWithInvisible: '对象键含有不可见或未分配的字符 U+{text}',
  keyNotNormalized: '对象键不是 Unicode 规范形式 C（NFC）',
  keyWithEmptySegment: '对象键含有空的路径段',
  keyWithDotSegment: '对象键含有由点组成的路径段',
  keyWithWildcardSegment: '对象键含有由通配符组成的路径段“{text}”',
  keySegmentEnd: '对象键的路径段以点或空格结尾',
  keyNotExact: '规则限制上传，而策略无法精确指定含有“{text}”的对象键',
  notCovered: 'cos.config.ts 中没有规则覆盖 {key}',
  notGranted: 'access["{rule}"] 只允许 {who} 执行 {verb}',
  grantedToNobody: 'access["{rule}"] 不允许任何人执行 {verb}',
  hasTrash: '该路径设有回收站：请用 trash 事件删除',
  serverNames: '新对象的名称由云函数决定：请用 create 申请',
  noOverwriting: '规则设有 overwrite: false，临时密钥无法保证不覆盖：请用 cos-signature 上传',
  quotaNeedsOneObject:
    '规则设有配额，目录密钥无法限制用量：请申请单个对象的密钥，或用 cos-signature 上传',
  hookNeedsOneObject:
    '规则设有 beforeUpload，逐个决定能否上传：请申请单个对象的密钥，或用 cos-signature 上传',
  tooLarge: '规则允许的对象最大 {bytes} 字节',
  otherType: '规则允许的类型为 {types}',
  exists: '规则禁止覆盖已有对象',
  overQuota: '规则的配额为 {bytes} 字节',
  tooManyFiles: '规则最多允许 {files} 个文件',
}

/** Why the rules refuse something, in the language of the reader. */
export function reasonText({ reason, why }: ExplainedDecision): string | undefined {
  if (reason === undefined) return undefined
  return t(reason, why ? why.fill(CHINESE[why.code]) : reason)
}
