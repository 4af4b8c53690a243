import { CodedError } from '../../../domain/errors.ts'

/** Awaits the import of a development dependency. Throws BASELINE_ABSENT where it is not installed. */
export async function loadPackage<T>(name: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new CodedError('BASELINE_ABSENT', `没有安装 ${name}`, { hint: '开发依赖由 npm ci 安装', cause })
  }
}
