import type { Label } from '../domain/label.ts'

/** Three ways to say one thing, so that the bot does not repeat itself word for word. */
export type Variants = readonly [string, string, string]

/** To the sender: what was seen, and what would be welcome instead. `{excerpt}` is the message, already made safe. */
export interface Reminder {
  seen: Variants
  welcome: Variants
}

/** Where what was seen is not what the message does: a rule on words, pictures or times, or one on work. */
export const ON_A_RULE: Reminder = {
  seen: [
    '您好,您发的「{excerpt}」涉及本群的一条约定,跟您说一声。',
    '打扰一下,您的消息「{excerpt}」正好碰到本群的一条约定。',
    '您好,关于您发的「{excerpt}」,想提醒您本群的一条约定。',
  ],
  welcome: [
    '工作内容照常发,说法上按约定调整一下就好。',
    '事情本身没有问题,换一种说法或换个时间发就更好了。',
    '任务、进展和问题随时欢迎,请按约定稍作调整。',
  ],
}

/** What is said to the sender under each label. Tone: a colleague's word, no blame, the person stays free to differ. */
export const REMINDERS: Readonly<Record<Label, Reminder>> = {
  task: ON_A_RULE,
  progress: ON_A_RULE,
  problem: ON_A_RULE,
  notice: ON_A_RULE,
  boast: {
    seen: [
      '您好,您发的「{excerpt}」看起来主要是展示成绩。成绩大家都认可,只是群里消息一多,要办的事就容易被盖住。',
      '打扰一下,「{excerpt}」读起来偏向展示成绩,群里的同事可能要翻很久才能找到要办的事。',
      '您好,关于您发的「{excerpt}」:本群约定只说要办的事,成绩类的内容请尽量不发在群里。',
    ],
    welcome: [
      '更欢迎这样说:哪件事办到了哪一步、还差什么、需要谁配合。',
      '如果是回报交办的事,请带上是哪件事、结果是多少;其余可以放进总结材料。',
      '换成“某事已办结,结果是……”或“遇到……需要协调”,对大家最有用。',
    ],
  },
  checkin: {
    seen: [
      '您好,您发的「{excerpt}」看起来是打卡、留痕。本群不需要用打卡来证明工作。',
      '打扰一下,「{excerpt}」像是一条打卡。您的辛苦不必靠截图、定位来证明。',
      '您好,关于您发的「{excerpt}」:本群约定不打卡、不接龙、不晒现场照。',
    ],
    welcome: [
      '有结果或者有困难时说一句就够了。如果是别人要求您打卡,责任不在您。',
      '更欢迎的是结果:办成了什么、发现了什么问题。若是按要求发的,不是您的问题。',
      '没有情况可以不发,有问题请直接说问题。若是应要求打卡,请不必介意这条提醒。',
    ],
  },
  mandate: {
    seen: [
      '您好,您发的「{excerpt}」会让大家忙于回复、打卡或截图,反而挤占办事的时间。',
      '打扰一下,「{excerpt}」要的主要是回应或痕迹,大家要逐条回复,真正要处理的情况容易被盖住。',
      '您好,关于您发的「{excerpt}」:本群约定不要求打卡接龙、截图留痕和即时回应。',
    ],
    welcome: [
      '可以改为:“有异常的村请于周五前报,没有异常的不用回复。”这样您看到的都是要处理的事。',
      '换一种说法也能达到目的:“有困难的单位请于周五前报困难,其余不用回复。”',
      '建议改为只要结果:“请于周五前报结果和问题,有异常的村请说明,不用截图打卡。”',
    ],
  },
  ritual: {
    seen: [
      '您好,您发的「{excerpt}」是礼节性的回应,心意大家都明白。',
      '打扰一下,「{excerpt}」属于客气的应答,在本群可以省去。',
      '您好,关于您发的「{excerpt}」:本群约定看到即可,不用逐一回应。',
    ],
    welcome: [
      '看到了不用回复;有进展、有困难时再说就好。',
      '不回复不代表没看到,需要您反馈时会单独说明。',
      '有完成时间、有困难或有疑问时,直接说这些最有用。',
    ],
  },
  chatter: {
    seen: [
      '您好,您发的「{excerpt}」看起来和这个群的工作关系不大。',
      '打扰一下,「{excerpt}」像是工作以外的内容。',
      '您好,关于您发的「{excerpt}」:本群约定只说工作。',
    ],
    welcome: [
      '这类内容可以发在别的群或者私下聊,这里留给任务和问题。',
      '换到同事的聊天群里说会更合适,谢谢理解。',
      '这里欢迎任务、进展和问题,其余的请换个地方聊。',
    ],
  },
}

/** To the owner: `{count}` is ` 3 条` where the number is known, else `多条`; nobody is named. */
export const OWNER_NOTES: Variants = [
  '您好,您管理的群里近期有{count}「{label}」类消息,最近一条是「{excerpt}」。',
  '跟您汇总一下:群里近期出现{count}「{label}」类消息,例如「{excerpt}」。',
  '您好,供您了解:群里近期有{count}「{label}」类消息,最近的内容是「{excerpt}」。',
]

/** To the owner: what may help, without a reproach to anybody. */
export const OWNER_ADVICE: Readonly<Record<Label, string>> = {
  task: '如有需要,可以在合适的时候说明一下本群的约定。',
  progress: '如有需要,可以在合适的时候说明一下本群的约定。',
  problem: '如有需要,可以在合适的时候说明一下本群的约定。',
  notice: '如有需要,可以在合适的时候说明一下本群的约定。',
  boast: '不需要点名。布置任务时写明“只报结果和问题”,往往就能缓解。',
  checkin: '不需要点名。请看看是不是有打卡、截图的要求可以取消。',
  mandate: '建议和发布要求的同事商量,改成“有异常的请于周五前报,没有异常的不用回复”。',
  ritual: '不需要点名。布置任务时加一句“看到即可,不用回复”,往往就能缓解。',
  chatter: '不需要点名。可以说明本群只说工作,闲聊请到别的群。',
}

/** In the group: neither a person nor a message is pointed at. */
export const GROUP_NOTES: Variants = [
  '温馨提示:近期群里「{label}」类消息有点多,要办的事容易被盖住。',
  '小提醒:为了让大家少翻消息,请少发「{label}」类内容。',
  '跟大家商量一下:「{label}」类消息可以再少一些,找任务会更快。',
]
export const GROUP_WELCOME: Variants = [
  '欢迎直接说:要办什么、办到哪一步、有什么问题。看到即可,不用回复。',
  '任务、进展和问题照常发,其余可以省去。本条不用回复。',
  '有任务说任务,有问题说问题。看到即可,不用回复本条。',
]

/** To the one who gave a task: nothing is wrong, something is missing. */
export const DETAILS_ASKED: Variants = [
  '您好,您布置的「{excerpt}」已经记下。好像还没有写明由谁来办、什么时候办完。',
  '打扰一下,「{excerpt}」已记为任务,不过看不出由谁办、几时办结。',
  '您好,关于您布置的「{excerpt}」:大家可能不确定由谁办、到什么时候。',
]
export const DETAILS_HOW: Variants = [
  '补一句“@某某,周五前”就可以,我会记到同一件事上。不需要的话,不用理会。',
  '方便时在群里补上负责人和时间即可;本来就不限时、人人都要做的,不用补。',
  '直接回复那条消息,写上人和时间就行。如果已经在别处说过,请忽略。',
]

/** To the one who asked: read receipts of the platforms take the place of 收到. */
export const SILENT_CONFIRM: Variants = [
  '您好,大家一逐条回复“收到”,真正的反馈就容易被盖住。',
  '打扰一下,“收到”类的回复一多,后面的人要翻很久才能找到正事。',
  '您好,为了让大家少刷屏,想跟您商量一下“收到”的事。',
]
export const SILENT_CONFIRM_HOW: Variants = [
  '谁看过,不用回复“收到”也能知道:在那条消息旁点开“已读”就能看到人数和名单。下次可以写“看到即可,不用回复”。',
  '可以不用“收到”来确认:群消息自带的“已读”能统计看过的人。下次写明“不用回复,有困难的请于周五前说”就好。',
  '消息旁的“已读”已经替您数好了人数,不需要大家回复。确需确认的,只请没看懂或有困难的同事说话。',
]
/** In the group, once, under the first words of the notice; `{number}` is what the reader's word names. */
export const SILENT_CONFIRM_POST =
  '看过请点一下「已阅」,不用回复收到。看不到按钮的,私下对我说“已阅 {number}”即可;谁看过不在群里显示。'

export const APPEALS: Variants = [
  '如果判断得不对,请私下发「申诉」和理由给群里的机器人,会转给负责人。',
  '觉得不合适?私下发「申诉」给群里的机器人即可,会转给负责人。',
  '这是机器判断,可能有误;有不同意见请私下发「申诉」给群里的机器人。',
]
