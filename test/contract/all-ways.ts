import type { House } from './house.ts'
import type { Way } from './way.ts'
import { dingtalkRobotWay } from './ways/dingtalk-robot.ts'
import { dingtalkStreamWay } from './ways/dingtalk-stream.ts'
import { dwsWay } from './ways/dws.ts'
import { feishuCallbackWay } from './ways/feishu-callback.ts'
import { feishuLongConnectionWay } from './ways/feishu-long-connection.ts'
import { bridgeWay, sandboxWay } from './ways/signed-json.ts'
import { wecomAppWay } from './ways/wecom-app.ts'
import { wecomArchiveWay } from './ways/wecom-archive.ts'
import { wecomBotWay } from './ways/wecom-bot.ts'
import { wecomLongConnectionWay } from './ways/wecom-long-connection.ts'

/** Every way in, by its name. */
export const ALL_WAYS: Readonly<Record<string, (house: House) => Way>> = {
  'the callback of a WeCom bot': wecomBotWay,
  'the callback of a WeCom app': wecomAppWay,
  'the long connection of a WeCom bot': wecomLongConnectionWay,
  'the archive of WeCom': wecomArchiveWay,
  'the callback of a DingTalk robot': dingtalkRobotWay,
  'DingTalk Stream': dingtalkStreamWay,
  dws: dwsWay,
  'the callback of a Feishu app': feishuCallbackWay,
  'the long connection of a Feishu app': feishuLongConnectionWay,
  'the bridge': bridgeWay,
  'the sandbox': sandboxWay,
}
