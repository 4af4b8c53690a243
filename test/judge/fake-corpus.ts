import type { Label } from '../../src/domain/label.ts'
import type { CorpusLine } from '../../src/judge/train/corpus.ts'
import type { OwnCase } from '../../src/judge/train/tenant-lines.ts'

/** What a message of each label is recognised by, in a small world that a model learns in a second. */
const PHRASES: Readonly<Record<Label, readonly string[]>> = {
  task: ['请各组报送台账', '请今天完成排查', '请尽快整改到位', '请各户核对名单'],
  progress: ['台账已经报送', '排查已经完成', '整改已经到位', '名单已经核对'],
  problem: ['水泵坏了没法用', '围墙裂了要修', '系统登不进去', '路灯不亮了'],
  notice: ['明天起停止供水', '周六照常上班', '大厅搬到二楼', '食堂下周开放'],
  checkin: ['今日巡查打卡', '已到岗打卡留痕', '每日学习打卡', '入户走访打卡'],
  boast: ['热烈祝贺荣获第一名', '喜报再获表彰', '成效显著走在前列', '再创佳绩受到好评'],
  ritual: ['收到马上落实', '收到坚决执行', '领导辛苦了', '收到谢谢领导'],
  mandate: ['全员必须转发点赞', '每人发三张照片留痕', '看到请回复收到', '必须全部打卡截图'],
  chatter: ['中午吃什么', '外面下雨了', '哈哈真有意思', '晚上打球去吗'],
}
const PLACES = ['学校', '医院', '社区', '工地', '水务', '公园']

/** Every phrase in every place: 216 lines of six domains. */
export const fakeCorpus = (): CorpusLine[] =>
  PLACES.flatMap((domain) =>
    Object.entries(PHRASES).flatMap(([label, phrases]) =>
      phrases.map(
        (phrase, i): CorpusLine => ({
          id: `${domain}-${label}-${i}`,
          text: `${domain}${phrase}`,
          role: label === 'task' || label === 'mandate' ? 'leader' : 'member',
          label: label as Label,
          flags: [],
          context: [],
          domain,
          source: 'fake',
        }),
      ),
    ),
  )

const ROOMS = ['东院', '西院', '南楼', '北楼', '一队', '二队', '三组', '四组', '前厅', '后厨', '甲班', '乙班']

/** What people of twelve rooms write in one way, and what is right about it. */
export const casesOf = (label: Label, ...words: string[]): OwnCase[] =>
  words.flatMap((word, w) =>
    ROOMS.map((room, r) => ({
      id: `${label}-${w}-${r}`,
      seen: { text: `${room}${word}`, role: 'member' as const, context: [] },
      label,
      flags: [],
    })),
  )

/** The same messages of a place that no line of the corpus is about. */
export const evaluationOf = (): CorpusLine[] =>
  fakeCorpus()
    .filter(({ domain }) => domain === '学校')
    .map((line) => ({ ...line, text: line.text.replace('学校', '剧院'), domain: '剧院', source: 'evaluation' }))
