import type { JudgeInput } from '../../src/domain/verdict.ts'

const leader = (text: string) => ({ role: 'leader', text }) as const
const member = (text: string) => ({ role: 'member', text }) as const
type Case = readonly [text: string, role?: JudgeInput['role'], ...context: JudgeInput['context']]

/**
 * Messages that carry work and look like ceremony. Composed for this test by the author of the judge, after the label
 * guide; none is in the corpus. Calling one of them noise with confidence to act is what costs the bot its place.
 */
export const HARD_CASES: Readonly<Record<string, readonly Case[]>> = {
  'problems inside praise and courtesy': [
    ['感谢领导关心,不过三组那口井昨天起打不上水了,老人家吃水要去邻村挑'],
    ['昨天的活动非常成功,就是舞台左边的护栏断了一截,下次用之前得修'],
    ['辛苦各位了,另外说一下,西门的消防栓没有水压,麻烦工程部看看'],
    ['我院荣获省级示范,可现在急诊的除颤仪还在报警,厂家一直联系不上'],
    ['书记的讲话很振奋人心,但是我们村的补贴款到现在还没到账,群众天天来问'],
    ['大家干得好[强],仓库后墙裂缝又宽了两指,今晚有雨,怎么办'],
    ['先给大家点赞,再反映个事,二号楼电梯下坠过一次,业主不敢坐'],
    ['节日快乐!顺便问下,值班室的电话打不通是不是线路坏了'],
  ],
  'results of a task that sound proud': [
    ['已完成全部86户入户核查,发现3户需要临时救助,名单发您邮箱', 'member', leader('低保户核查周五前报结果')],
    ['高度重视,连夜组织12人清掏雨水口41处,剩下的7处明早清完', 'member', leader('雨水口今晚清得怎么样了')],
    ['我社区疫苗接种率96.4%,还差23人,都在外地', 'member', leader('报一下各社区接种率')],
    ['第一批200吨已装车,在全市率先发出,预计明早6点到', 'member', leader('救灾物资发了没有')],
    ['整改全部到位,消防通道已恢复畅通,照片见附件', 'member', leader('消防通道堵塞的问题今天整改完报我')],
    ['荣誉材料统计:市级先进2个,省级1个,2024年的证书编号已补', 'member', leader('把近三年获奖情况列一下,年报要用')],
  ],
  emergencies: [
    ['着火了!三号车间!快来人!'],
    ['水漫过路面了 车别往桥头走'],
    ['有人晕倒在大厅 谁会心肺复苏'],
    ['河堤渗水了[图片][图片]', 'member', leader('各点位拍照打卡')],
    ['孩子找不到了,穿红色外套,最后在操场见过'],
    ['煤气味很重,先都出来'],
    ['老李被机器压到手了,叫救护车'],
    ['山上有烟,就在水库那边,我看不清有没有明火'],
    ['停电了,呼吸机只能撑半小时'],
    ['[语音]山塌了,路过不去'],
  ],
  'short answers to a question of substance': [
    ['没有', 'member', leader('你们村还有没领到药的吗')],
    ['3个', 'member', leader('还差几个人没到岗')],
    ['还没', 'member', leader('合同盖章了吗')],
    ['明天下午', 'member', leader('配件什么时候到')],
    ['坏了', 'member', leader('备用发电机能用吗')],
    ['两户', 'member', leader('三组还剩几户没签')],
    ['不行,超重', 'member', leader('那辆车能不能过桥')],
    ['老王去', 'member', leader('明天谁去市里开会')],
    ['到了,没人', 'member', leader('跟施工队约的九点碰面')],
    ['用完了', 'member', leader('库房沙袋还有多少')],
  ],
  'tasks with ceremony around them': [
    ['收到请回复:明早7点全体到河堤集合,带铁锹雨衣', 'leader'],
    ['辛苦大家,今晚把危房里的人全部转移出来,转移一户报一户', 'leader'],
    ['感谢配合!请各班主任下班前把缺勤学生名单核对后发我', 'leader'],
    ['各位早上好,上午10点前把库存盘点数报给小陈,以便下单', 'leader'],
    ['拍照留存的同时,一定要把破损的井盖换掉,今天换完', 'leader'],
    ['祝贺拿下项目!合同条款第八条要改,法务今天给意见', 'leader'],
    ['麻烦帮忙把三楼的门禁权限开一下,新来的同事进不去'],
    ['好的,那你下午三点去把设备领回来', 'leader', member('设备到货了')],
  ],
  'facts that others need': [
    ['不必逐条回复收到,有问题再说。停水时间改到今晚十点到明早六点', 'leader'],
    ['谢谢,地址是人民路18号二楼,找小周', 'member', member('材料送到哪里')],
    ['明天起不再要求打卡拍照,以系统记录为准', 'leader'],
    ['今晚有大暴雨,预计降雨量80毫米,地下车库的车请挪出来', 'leader'],
    ['学习强国积分不计入考核了,文件见附件', 'leader'],
    ['报销的发票抬头换了,用新的税号,旧的下月起退回', 'leader'],
  ],
  'calm complaints and requests': [
    ['您好,楼下烧烤店每天营业到凌晨两点,油烟和噪音都比较大,希望有关部门能管一管,谢谢'],
    ['想反映一下,孩子学校门口早高峰没有人疏导,车很多,有些担心,辛苦了'],
    ['不好意思打扰了,我们单元的路灯有一阵子没亮了,方便的话请安排人看一下'],
    ['请问这个月的取暖补贴什么时候发,老人家一直在问,谢谢'],
    ['每天报三张表,内容都一样,基层真的填不过来,能不能合并成一张'],
    ['建议不要再让我们转发朋友圈了,耽误看病人'],
  ],
  'terse work talk': [
    ['合了,灰度10%,半小时后看曲线'],
    ['回滚吧,支付那边超时率到8%了'],
    ['CI 挂在 lint 那步,我先改'],
    ['单子退回来了,说缺一个章'],
    ['换了个泵,压力上来了,0.6兆帕'],
    ['磁盘满了,日志先清了,还得加一块'],
    ['这版图尺寸不对,B柱那里差5毫米'],
  ],
}
