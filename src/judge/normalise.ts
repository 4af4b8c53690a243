/** The most code units of a text that are looked at: its first 1,500 and its last 500. */
export const HEAD = 1_500
export const TAIL = 500
export const MAX_UNITS = HEAD + TAIL + 2

/** What stands for a whole class of things, above the code units that stand for themselves. */
export const UNIT = {
  begin: 0x10000,
  end: 0x10001,
  image: 0x10002,
  video: 0x10003,
  voice: 0x10004,
  file: 0x10005,
  link: 0x10006,
  place: 0x10007,
  record: 0x10008,
  everyone: 0x10009,
  mention: 0x1000a,
  url: 0x1000b,
  /** One or two digits, three and more, with a decimal point, `%`, a clock time, a date in figures. */
  small: 0x1000c,
  large: 0x1000d,
  decimal: 0x1000e,
  percent: 0x1000f,
  clock: 0x10010,
  date: 0x10011,
  /** Gestures and faces, as brackets of the client or as Unicode emoji. */
  praise: 0x10012,
  flower: 0x10013,
  thanks: 0x10014,
  okay: 0x10015,
  cheer: 0x10016,
  laugh: 0x10017,
  sad: 0x10018,
  face: 0x10019,
  ordinal: 0x1001a,
  gap: 0x1001b,
} as const

/** Latin words are one unit each, from here on. */
export const WORD_BASE = 0x20000

const BRACKETS = new Map<string, number>()
const name = (unit: number, names: string): void => {
  for (const each of names.split(' ')) BRACKETS.set(each, unit)
}
name(UNIT.image, '图片 照片 截图 动画表情 表情 图 相册 Image Photo')
name(UNIT.video, '视频 小视频 直播 Video')
name(UNIT.voice, '语音 语音通话 音频 Voice')
name(UNIT.file, '文件 附件 文档 在线文档 表格 在线表格 收集表 File')
name(UNIT.link, '链接 小程序 视频号 网页 公众号 投票 接龙 问卷 名片 红包 Link')
name(UNIT.place, '位置 定位 地理位置 实时位置 Location')
name(UNIT.record, '聊天记录 合并转发 转发 转发消息 笔记')
name(UNIT.praise, '强 赞 点赞 厉害 牛 666 棒 大拇指 比心 爱心 心 得意')
name(UNIT.flower, '玫瑰 鲜花 花 送花')
name(UNIT.thanks, '抱拳 合十 感谢 谢谢 拜托 握手 鞠躬 敬礼 抱抱 拥抱')
name(UNIT.okay, 'OK ok 好的 收到 Ok 胜利 耶 嗯')
name(UNIT.cheer, '鼓掌 庆祝 加油 奋斗 拳头 烟花 礼花 爆竹 礼物 蛋糕 发 福 红旗 撒花 掌声 加油加油')
name(UNIT.laugh, '呲牙 偷笑 憨笑 笑哭 捂脸 大笑 微笑 愉快 调皮 嘿哈 坏笑 旺柴 吃瓜 破涕为笑 色 害羞 可爱 机智 奸笑')
name(UNIT.sad, '流泪 大哭 难过 苦涩 囧 尴尬 裂开 叹气 抓狂 发怒 衰 快哭了 委屈 哭 汗 流汗 晕 疑问 惊讶 惊恐 怒 翻白眼')

const EMOJI = new Map<number, number>()
const emoji = (unit: number, symbols: string): void => {
  for (const each of symbols) EMOJI.set(each.codePointAt(0) ?? 0, unit)
}
emoji(UNIT.praise, '👍💯❤🧡💛💚💙💜💖💕💗😍🥰🌟⭐✨🏅🥇🏆🎖')
emoji(UNIT.flower, '🌹🌷🌸🌺🌻💐🌼')
emoji(UNIT.thanks, '🙏🤝🫡🙇')
emoji(UNIT.okay, '👌✅✔☑🆗✌')
emoji(UNIT.cheer, '👏💪🎉🎊✊🔥🚀🎆🎇🧨🎁🎂🚩')
emoji(UNIT.laugh, '😂🤣😄😁😆😅😀😃😊🙂😏😎😜😝😋🤭😉☺🐶🍉')
emoji(UNIT.sad, '😭😢😓😥😰😱😡😠🤬😤😞😔😟😩😫🤦😳😨💔❓⚠❗')

/** Pairs of a character and what it is judged as: traditional forms, then letters that only look Latin. */
const VARIANTS =
  '個个們们這这來来為为會会時时說说國国對对開开過过學学還还後后動动樣样沒没經经發发現现當当問问點点見见長长間间關关實实頭头體体將将應应務务報报辦办處处領领導导數数據据檢检查查區区鄉乡鎮镇縣县級级組组織织黨党員员書书記记訊讯資资料料請请謝谢讓让給给傳传達达轉转變变進进運运遠远連连選选邊边邏逻隊队階阶際际陳陈陽阳陰阴險险隨随難难電电靜静項项順顺須须預预題题額额類类顯显風风飛飞飯饭館馆養养餘余馬马驗验驚惊魚鱼鳥鸟麥麦黃黄齊齐龍龙億亿價价優优備备傷伤僅仅儘尽債债兩两內内農农冊册凍冻別别則则創创劃划劇剧勞劳勢势勝胜勵励勸劝匯汇單单衛卫卻却廠厂參参雙双啟启嗎吗嗚呜嘆叹嚴严園园圍围圖图團团壓压壞坏壯壮聲声夠够夾夹奪夺婦妇媽妈孫孙寧宁寫写寬宽審审專专尋寻導导屆届屬属島岛帶带幫帮幣币幹干廣广庫库廢废廳厅彈弹強强彙汇徑径從从復复徵征態态慶庆憂忧懷怀懸悬戶户戰战戲戏擇择擊击擔担據据擴扩擾扰攝摄敗败敵敌斷断於于暫暂曆历術术東东條条極极構构樓楼標标機机權权歡欢歲岁歷历殘残殺杀氣气決决況况淨净測测湯汤滅灭滿满漢汉潔洁濕湿災灾為为無无熱热爭争爾尔牆墙狀状獎奖獨独獲获環环產产畢毕畫画異异療疗發发盜盗盡尽監监盤盘眾众確确礙碍禮礼禍祸種种稱称積积穩稳窮穷窗窗競竞筆笔筒筒節节範范築筑簡简簽签籌筹糧粮緊紧納纳紀纪約约紅红純纯紙纸級级細细終终組组結结絕绝統统綠绿維维網网緣缘編编緩缓練练縣县縮缩總总繁繁繼继續续罰罚羅罗義义習习聖圣聞闻聯联聽听職职肅肃腦脑腳脚臉脸臨临舉举舊旧艙舱艱艰藝艺節节莊庄華华萬万葉叶藍蓝藥药蘇苏號号蟲虫補补裝装裡里製制複复覺觉觀观規规視视覽览計计訂订討讨訓训託托訪访設设許许訴诉診诊評评詞词試试詢询話话該该詳详認认語语誤误誰谁課课調调談谈論论諸诸謀谋證证識识議议護护譽誉讀读讚赞變变豐丰貓猫負负財财責责貨货質质購购貼贴費费資资賓宾賞赏賠赔賣卖買买賽赛贏赢趕赶跡迹踐践踴踊車车軍军軟软較较載载輔辅輕轻輛辆輪轮輸输轄辖辭辞農农迴回逕径遊游違违遲迟遷迁適适遺遗郵邮鄰邻醫医釋释針针鋼钢錄录錢钱錯错鍵键鎖锁鏈链鐘钟鐵铁門门閉闭閱阅闆板隱隐雖虽雜杂雲云霧雾靈灵韓韩頁页頂顶頻频願愿飲饮飽饱駐驻駕驾騎骑騙骗髒脏鬆松鬧闹鹽盐麗丽麼么齡龄檔档臺台灣湾隻只週周搶抢擠挤擁拥撥拨損损換换掃扫掛挂揮挥攔拦協协勁劲劑剂嘗尝團团執执堅坚堵堵塊块墊垫獻献瑪玛佈布係系俠侠倉仓們们側侧偵侦儀仪億亿儲储兒儿黴霉徹彻憑凭憶忆懇恳懲惩戀恋拋抛挾挟採采摺折' +
  'аaеeоoрpсcхxуyіiАaЕeОoРpСcХxВbМmНhТtКkαaοoρpνvιi'

/** Single punctuation marks that stand for the same pause. A pause is a pause, whatever the file's habit. */
const SAME: readonly (readonly [string, string])[] = [
  ['，、；;,·•|丨/\\ \t\u3000\u00a0', ','],
  ['。．｡.', '.'],
  ['！﹗!❗', '!'],
  ['？﹖?', '?'],
  ['：﹕:', ':'],
  ['\n\r\u2028\u2029', '\n'],
  ['（(【〔［「『《〈<', '('],
  ['）)】〕］」』》〉>', ')'],
  ['“”‘’"\'`*#＊', '"'],
  ['—–-－―ー_', '-'],
  ['～~〜∼', '~'],
  ['…⋯', '~'],
]

/** Code units that nobody sees: controls, zero-width and direction marks, variation selectors, fillers. */
const INVISIBLE: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x0c],
  [0x0e, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xffff],
]

/** What each code unit is judged as; 0 where it is not looked at. Built once: 1:1, so that offsets stay true. */
function buildTable(): Uint16Array {
  const table = new Uint16Array(65_536)
  for (let code = 0; code < table.length; code++) {
    const folded = (code >= 0xa0 && code < 0x3400) || code >= 0xf900
    const char = String.fromCharCode(code)
    const plain = folded ? char.normalize('NFKC').trimStart().toLowerCase() : char.toLowerCase()
    table[code] = plain.charCodeAt(0) || code
  }
  for (const [first, last] of INVISIBLE) table.fill(0, first, last + 1)
  for (let i = 0; i + 1 < VARIANTS.length; i += 2) table[VARIANTS.charCodeAt(i)] = VARIANTS.charCodeAt(i + 1)
  for (const [marks, one] of SAME) for (const mark of marks) table[mark.charCodeAt(0)] = one.charCodeAt(0)
  return table
}
const TABLE = buildTable()

/** The text as units: `ids[i]` covers the code units `[from[i], to[i])`; `ids[0]` begins it and the last ends it. */
export interface Units {
  length: number
  readonly ids: Int32Array
  readonly from: Int32Array
  readonly to: Int32Array
}

export const createUnits = (): Units => ({
  length: 0,
  ids: new Int32Array(MAX_UNITS),
  from: new Int32Array(MAX_UNITS),
  to: new Int32Array(MAX_UNITS),
})

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isLetter = (code: number): boolean => code >= 97 && code <= 122
const COMMA = 44
const STOP = 46
const NEWLINE = 10
const at = (text: string, i: number): number => TABLE[text.charCodeAt(i)] ?? 0
const isPause = (unit: number): boolean => unit === COMMA || unit === STOP || unit === NEWLINE

/** End of a run of figures that starts at `i`, and the class it is of. */
function readFigures(text: string, i: number, end: number, out: { to: number; unit: number }): void {
  let to = i
  let digits = 0
  let unit: number = UNIT.small
  while (to < end) {
    const code = at(text, to)
    if (isDigit(code)) digits++
    else if (to + 1 < end && isDigit(at(text, to + 1)) && to > i) {
      const raw = text.charCodeAt(to)
      if (code === 58) unit = UNIT.clock
      else if (raw === STOP) unit = unit === UNIT.decimal ? UNIT.date : UNIT.decimal
      else if (raw === 45 || raw === 47) unit = UNIT.date
      else break
    } else break
    to++
  }
  if (to < end && (text.charCodeAt(to) === 37 || text.charCodeAt(to) === 0xff05)) {
    unit = UNIT.percent
    to++
  } else if (unit === UNIT.small && digits > 2) unit = UNIT.large
  out.to = to
  out.unit = unit
}

/** End of the name after an `@`: up to the next blank within twelve code units, else the sign alone. */
function mentionEnd(text: string, i: number, end: number): number {
  for (let j = i + 1; j < end && j <= i + 12; j++) {
    const code = text.charCodeAt(j)
    if (code === 32 || code === 0x2005 || code === 10 || code === 0xa0) return j
    if (code === 64) return j
  }
  return i + 1
}

const figures = { to: 0, unit: 0 }

/**
 * Reads a text into `units`, folded: NFKC per character, one kind of pause, simplified characters, client tokens,
 * figures, mentions and links as classes, invisible characters left out. Any string is read, none throws.
 */
export function readUnits(text: string, units: Units): void {
  const { ids, from, to } = units
  let n = 0
  const put = (unit: number, start: number, stop: number): void => {
    ids[n] = unit
    from[n] = start
    to[n] = stop
    n++
  }
  put(UNIT.begin, 0, 0)
  const cut = text.length > HEAD + TAIL
  let end = cut ? HEAD : text.length
  let i = 0
  for (;;) {
    if (i >= end) {
      if (!cut || end === text.length) break
      i = text.length - TAIL
      end = text.length
    }
    const raw = text.charCodeAt(i)
    const code = TABLE[raw] ?? 0
    let next = i + 1
    let unit = code
    if (code === 0) {
      i = next
      continue
    }
    if (code >= 0x4e00 && code < 0xa000) {
      // A run of one character says no more than three of it.
      if (n > 3 && ids[n - 1] === code && ids[n - 2] === code && ids[n - 3] === code) {
        i = next
        continue
      }
    } else if (isDigit(code)) {
      readFigures(text, i, end, figures)
      next = figures.to
      unit = figures.unit
      if (raw >= 0x2460 && raw <= 0x2473) unit = UNIT.ordinal
    } else if (isLetter(code)) {
      let hash = 0
      while (next < end && isLetter(at(text, next))) next++
      for (let j = i; j < next; j++) hash = (Math.imul(hash, 31) + at(text, j)) | 0
      const link = next - i >= 4 && (text.startsWith('http', i) || text.startsWith('www.', i))
      if (link) {
        while (next < end && text.charCodeAt(next) > 32 && text.charCodeAt(next) < 0x2e80) next++
        unit = UNIT.url
      } else unit = WORD_BASE + (hash & 0xffff)
    } else if (raw === 0x5b || raw === 0x3010) {
      const close = text.indexOf(raw === 0x5b ? ']' : '】', i)
      const token = close > i && close - i <= 8 ? BRACKETS.get(text.slice(i + 1, close)) : undefined
      if (token !== undefined) {
        unit = token
        next = close + 1
      } else if (raw === 0x5b && close > i + 1 && close - i <= 5 && at(text, i + 1) >= 0x4e00) {
        unit = UNIT.face
        next = close + 1
      } else unit = 40
    } else if (code === 64) {
      const all = text.startsWith('所有人', i + 1) || text.startsWith('全体', i + 1)
      unit = all ? UNIT.everyone : UNIT.mention
      next = all
        ? i + (text.startsWith('全体成员', i + 1) ? 5 : text[i + 1] === '所' ? 4 : 3)
        : mentionEnd(text, i, end)
    } else if (raw >= 0xd800 && raw < 0xe000) {
      const point = text.codePointAt(i) ?? 0
      if (point > 0xffff) next = i + 2
      unit = EMOJI.get(point) ?? UNIT.face
    } else if (raw >= 0x2600 && raw < 0x27c0) {
      unit = EMOJI.get(raw) ?? UNIT.face
    } else if (isPause(code)) {
      // One pause for a run of them, the strongest; none right after the beginning.
      const before = ids[n - 1] ?? 0
      if (isPause(before) || before === 33 || before === 63) {
        if (code === NEWLINE || (code === STOP && before === COMMA)) ids[n - 1] = code
        i = next
        continue
      }
      if (n === 1) {
        i = next
        continue
      }
    } else if (ids[n - 1] === code && ids[n - 2] === code) {
      i = next
      continue
    }
    put(unit, i, next)
    i = next
  }
  while (n > 1 && isPause(ids[n - 1] ?? 0)) n--
  put(UNIT.end, text.length, text.length)
  units.length = n
}
