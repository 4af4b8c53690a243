import { z } from 'zod'
import { MAX_TEXT } from '../domain/message.ts'
import { refusal } from './refusal.ts'

/** How media appear in a text, as the corpus writes them. A file's name follows its mark. */
export const MEDIA = { image: '[图片]', voice: '[语音]', video: '[视频]', file: '[文件]', other: '[其他内容]' } as const

/**
 * Makes a text storable without losing the message: a lone surrogate and NUL, which no UTF-8 column can hold, become
 * U+FFFD one for one. Everything else, right-to-left marks too, is kept.
 */
export const cleanText = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\ufffd')

/** A text within `MAX_TEXT`, cleaned; a longer one is refused with 400, since cutting could lose a task. */
export function messageText(text: string): string {
  if (text.length > MAX_TEXT) {
    throw refusal(400, 'TEXT_TOO_LONG', `消息超过 ${MAX_TEXT} 字`, '请把消息拆成几条发送')
  }
  return cleanText(text)
}

/** Context that may be shortened: a quote, a name. Cut to `max` code units, never through a surrogate pair. */
export const shortened = (text: string, max: number): string =>
  cleanText(text.slice(0, max).replace(/[\ud800-\udbff]$/, ''))

/**
 * An id as a platform gives it. NUL and lone surrogates are refused rather than replaced: two ids must not become one.
 */
export const platformId = z
  .string()
  .min(1)
  .max(256)
  .refine((id) => id.isWellFormed() && !id.includes('\u0000'), '含有无法保存的字符')
