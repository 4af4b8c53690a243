import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeText } from '../../src/domain/safe-text.ts'
import { renderMarkdown } from '../../src/web/shared/renderMarkdown.ts'

describe('markdown as the bot writes it', () => {
  it('renders headings below those of the page, bold, lists and paragraphs', () => {
    expect(renderMarkdown('# 周报\n\n**三项**未办\n还有一行\n- 甲\n  - 乙\n1. 丙\n2) 丁')).toBe(
      '<h3>周报</h3><p><strong>三项</strong>未办<br>还有一行</p>' +
        '<ul><li>甲</li><li class="nested">乙</li></ul><ol><li value="1">丙</li><li value="2">丁</li></ol>',
    )
  })

  it('joins the lines of a quote and ends it at the next block', () => {
    expect(renderMarkdown('> 一\n> 二\n三')).toBe('<blockquote>一<br>二</blockquote><p>三</p>')
  })

  it('renders code and rules', () => {
    expect(renderMarkdown('用 `@清群 周报`\n\n---')).toBe('<p>用 <code>@清群 周报</code></p><hr>')
  })

  it('links to https only', () => {
    expect(renderMarkdown('[规定](https://example.com/?a=1&b=2)')).toBe(
      '<p><a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">规定</a></p>',
    )
    for (const address of ['http://example.com', 'javascript:alert(1)', 'data:text/html,x', '//example.com'])
      expect(renderMarkdown(`[规定](${address})`)).not.toContain('<a')
  })

  it('shows the markup of a message as text', () => {
    expect(renderMarkdown('<img src=x onerror="alert(1)">')).toBe(
      '<p>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;</p>',
    )
  })

  it('reads no mark in an address and all of them in the text of a link', () => {
    const html = renderMarkdown('[**规**`定`](https://x/**a**`b`) **见[甲](https://y/)**')
    expect(html).toContain('href="https://x/**a**`b`"')
    expect(html).toContain('><strong>规</strong><code>定</code></a>')
    expect(html).toContain('<strong>见<a href="https://y/"')
  })

  it('shows the words of others that the bot has made safe without markup or link', () => {
    const shown = renderMarkdown(`- ${safeText('**[a](https://x)** <b>`1`_# |~&')}`)
    expect(shown).toMatch(/^<ul><li>[^<]+<\/li><\/ul>$/)
    expect(shown).toContain('\uff0a\uff0a\uff3ba\uff3d(https://x)\uff0a\uff0a \uff1cb\uff1e')
  })

  it('cannot be made to leave the attribute of a link', () => {
    expect(renderMarkdown('[a](https://x/"onmouseover="alert(1))')).not.toMatch(/"onmouseover/)
  })

  it('takes time in proportion to the length of the longest message', () => {
    const worst = [
      '['.repeat(20_000),
      '**a'.repeat(7_000),
      `# a${' '.repeat(20_000)}b`,
      '[a'.repeat(10_000),
      '\\['.repeat(10_000),
    ]
    const started = performance.now()
    for (const text of worst) renderMarkdown(text)
    expect(performance.now() - started).toBeLessThan(250)
  })

  it('lets no element or attribute through but its own, whatever the text', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '[',
      ']',
      '(',
      ')',
      '**',
      '\\',
      '`',
      '#',
      ' ',
      '\n',
      '[a](https://x/',
      'a',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
    )
    const own =
      /<\/?(?:p|ul|ol|blockquote|strong|code|h[3-6])>|<\/?li>|<li class="nested">|<li value="\d+">|<br>|<hr>|<\/a>|<a href="https:\/\/[^"<>]*" target="_blank" rel="noopener noreferrer nofollow">/g
    fc.assert(
      fc.property(text, (source) => {
        return !/[<>"']/.test(renderMarkdown(source).replace(own, ''))
      }),
      { numRuns: 200 },
    )
  })
})
