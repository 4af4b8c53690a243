import { CodedError } from '../../../domain/errors.ts'
import type { Answer } from './protocol.ts'

/** Something that keeps the archive from being read. `lasting`: until a person changes something. */
export interface Fault {
  code: string
  hint: string
  lasting: boolean
}

const temporary = (code: string, hint: string): Fault => ({ code, hint, lasting: false })
const lasting = (code: string, hint: string): Fault => ({ code, hint, lasting: true })

/** Return codes of the SDK (page 91774, error.go of go-wecom, 2025). */
const SDK_FAULTS: Readonly<Record<number, Fault>> = {
  10000: lasting('WECOM_ARCHIVE_10000', '官方 SDK 拒绝了参数,请核对企业 ID 和会话内容存档的 Secret'),
  10001: temporary('WECOM_ARCHIVE_10001', '连不上企业微信,请检查服务器网络和代理;程序会自己再试'),
  10002: temporary('WECOM_ARCHIVE_10002', '企业微信的应答无法解析,可能被代理拦截;程序会自己再试'),
  10003: temporary('WECOM_ARCHIVE_10003', '官方 SDK 报系统错误,程序会自己再试'),
  10009: lasting('WECOM_ARCHIVE_10009', '服务器出口 IP 不在会话内容存档的可信 IP 中,请管理员在企业微信后台添加'),
  10010: lasting('WECOM_ARCHIVE_10010', '要取的消息已过企业微信 5 天的保存期,取不到了'),
  10011: lasting('WECOM_ARCHIVE_10011', '证书校验失败,请检查服务器时间、系统根证书和代理'),
}

/** `errcode` inside the answer (official error code page, 2026). */
const SERVER_FAULTS: Readonly<Record<number, Fault>> = {
  [-1]: temporary('WECOM_BUSY', '企业微信系统繁忙,程序会自己再试'),
  40001: lasting('WECOM_40001', '会话内容存档的 Secret 不正确,请在企业微信后台重新复制'),
  40013: lasting('WECOM_40013', '企业 ID(corpid)不正确,请在企业微信后台核对'),
  42001: temporary('WECOM_42001', '访问凭证过期,程序会自己再试'),
  45009: temporary('WECOM_45009', '拉取太频繁,程序会等一会再试'),
  301042: lasting('WECOM_301042', '服务器出口 IP 不在会话内容存档的可信 IP 中,请管理员在企业微信后台添加'),
  301052: lasting('WECOM_301052', '会话内容存档服务已到期,请管理员在企业微信后台续费'),
}

const sdkFault = (code: number): Fault =>
  SDK_FAULTS[code] ?? lasting(`WECOM_ARCHIVE_${code}`, `官方 SDK 返回错误码 ${code},请按官方错误码表处理`)

export const serverFault = (code: number): Fault =>
  SERVER_FAULTS[code] ?? lasting(`WECOM_${code}`, `企业微信返回错误码 ${code},请按官方错误码表处理`)

/** What a refusal of the child process means for the operator. */
export function refusalFault(refusal: Extract<Answer, { kind: 'refused' }>, library: string): Fault {
  const detail = refusal.detail ?? ''
  switch (refusal.reason) {
    case 'sdk':
      return sdkFault(refusal.code ?? -1)
    case 'library-missing':
      return lasting('WECOM_ARCHIVE_LIBRARY_MISSING', `读不到官方 SDK 文件 ${library},请核对路径和读取权限`)
    case 'library-foreign':
      return lasting(
        'WECOM_ARCHIVE_LIBRARY_FOREIGN',
        `官方 SDK 文件 ${library} 不能在本机(${process.platform} ${process.arch})使用${detail ? `,它是 ${detail} 的` : ',它不是 Linux 动态库'},请换成对应的版本`,
      )
    case 'library-broken':
      return lasting('WECOM_ARCHIVE_LIBRARY_BROKEN', `官方 SDK 加载失败,可能缺少它依赖的库:${detail}`)
    case 'symbol-missing':
      return lasting(
        'WECOM_ARCHIVE_LIBRARY_WRONG',
        `文件 ${library} 里没有 ${detail} 函数,它不是会话内容存档的 C 版 SDK(libWeWorkFinanceSdk_C.so)`,
      )
    case 'too-long':
      return temporary('WECOM_ARCHIVE_TOO_LONG', '一次取回的消息太多,程序会分小批再取')
    case 'unexpected':
      return temporary('WECOM_ARCHIVE_SDK_FAILED', '运行官方 SDK 的子进程出错,程序会自己再试')
  }
}

export const HUNG = temporary('WECOM_ARCHIVE_HUNG', '官方 SDK 长时间没有应答,已结束它的进程,程序会自己重启它')
export const CRASHED = temporary('WECOM_ARCHIVE_CRASHED', '官方 SDK 的进程意外退出,程序会自己重启它')
export const GARBLED = temporary('WECOM_ARCHIVE_GARBLED', '官方 SDK 的进程答非所问,已结束它,程序会自己重启它')
export const STOPPED = temporary('WECOM_ARCHIVE_STOPPED', '正在停止')
export const DATA_TORN = temporary('WECOM_ARCHIVE_DATA', '取回的存档数据不完整,程序会自己再取')
export const STORE_REFUSED = temporary('WECOM_ARCHIVE_STORE', '消息没能存进数据库,请检查数据库;程序会自己再试')
export const CRASHING = lasting(
  'WECOM_ARCHIVE_CRASHING',
  '官方 SDK 的进程一再崩溃或卡死,请换用企业微信最新的 SDK,并检查服务器内存;程序仍会继续重试',
)
export const keyMissing = (version: number): Fault =>
  lasting(
    'WECOM_ARCHIVE_KEY_MISSING',
    `缺少第 ${version} 版公钥对应的私钥,请在配置中补上;消息只保存 5 天,补上之前收不到新消息`,
  )
export const keyWrong = (version: number): Fault =>
  lasting(
    'WECOM_ARCHIVE_KEY_WRONG',
    `第 ${version} 版的私钥与企业微信后台的公钥不配对,请换成与该版公钥一同生成的私钥;消息只保存 5 天`,
  )

const FAULT = Symbol('fault')

/** The fault as an error that can be thrown. */
export const faultError = (fault: Fault, cause?: unknown): CodedError =>
  Object.assign(new CodedError(fault.code, fault.hint, { hint: fault.hint, cause }), { [FAULT]: fault })

/** The fault that an error stands for; null for any other error. */
export const faultOf = (error: unknown): Fault | null =>
  error instanceof CodedError && FAULT in error ? (error[FAULT] as Fault) : null
