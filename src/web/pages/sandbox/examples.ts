import type { Role } from '../../../domain/message.ts'

export interface Example {
  name: string
  /** Who would say it; the composer switches to such a person where there is one. */
  role: Role
  /** `{member}` stands for a member's name. */
  text: string
}

/** One message of each kind that the bot treats differently. */
export const EXAMPLES: readonly Example[] = [
  { name: '布置任务', role: 'leader', text: '@{member} 请于明天17:00前把安全隐患排查台账报我。' },
  {
    name: '晒成绩',
    role: 'member',
    text: '热烈祝贺我单位荣获全市年度考核第一名!感谢各级领导的关心支持,我们将再创佳绩!',
  },
  { name: '打卡留痕', role: 'member', text: '今日走访打卡,现场照片已上传。[图片][图片][图片]' },
  { name: '反映问题', role: 'member', text: '三号楼水泵坏了,现在整栋楼停水,需要物业派人来修。' },
  { name: '回报办结', role: 'member', text: '台账已报送,排查出的3处隐患全部整改完毕。' },
  { name: '查周报', role: 'leader', text: '@清群 周报' },
  { name: '销号', role: 'leader', text: '@清群 销号 1' },
]
