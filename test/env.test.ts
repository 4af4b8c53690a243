import { describe, expect, it } from 'vitest'
import { CodedError } from '../src/domain/errors.ts'
import { type Env, readEnv } from '../src/env.ts'

const AES_KEY = 'AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tk'
const BOT = { WECOM_BOT_TOKEN: 'QDG6eK4nTestToken', WECOM_BOT_AES_KEY: AES_KEY }
const APP = { WECOM_CORP_ID: 'wwcorp', WECOM_APP_SECRET: 'app-secret', WECOM_AGENT_ID: '1000002' }

function refused(variables: Record<string, string>): CodedError {
  try {
    readEnv(variables)
  } catch (error) {
    if (error instanceof CodedError) return error
    throw error
  }
  throw new Error('it was accepted')
}

/** The names that a refusal complains about, one a fault. */
const faultsOf = (variables: Record<string, string>) =>
  refused(variables)
    .message.split('\n')
    .slice(1)
    .map((line) => line.trim().split(':')[0])

describe('readEnv', () => {
  it('needs nothing at all', () => {
    expect(readEnv({ PATH: '/bin', HOME: '/root' })).toEqual({
      PORT: 8787,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      DATA_DIR: 'data',
      LEADERS: [],
      SANDBOX: 'auto',
      WECOM_ARCHIVE_POLL_SECONDS: 15,
      DINGTALK_STREAM: 'off',
      DINGTALK_DWS_STDIN: 'off',
      FEISHU_CONNECTION: 'off',
      FEISHU_HEARS: 'mentions',
      SECOND_OPINION_TIMEOUT_MS: 10_000,
      SECOND_OPINION_PER_DAY: 200,
    } satisfies Partial<Env>)
  })

  it('reads numbers, lists, JSON and addresses', () => {
    const env = readEnv({
      ...APP,
      PORT: '0',
      LEADERS: 'chen, wang ,,li',
      WECOM_WEBHOOKS: '{"wrG1":"webhook-key-0001"}',
      WECOM_API_BASE: 'http://127.0.0.1:9000/',
      DATABASE_URL: 'postgresql://u@host/db',
    })
    expect(env).toMatchObject({
      PORT: 0,
      LEADERS: ['chen', 'wang', 'li'],
      WECOM_AGENT_ID: 1_000_002,
      WECOM_WEBHOOKS: { wrG1: 'webhook-key-0001' },
      WECOM_API_BASE: 'http://127.0.0.1:9000',
    })
  })

  it('lists every fault at once, of every kind', () => {
    const error = refused({
      PORT: '80801',
      LOG_LEVEL: 'loud',
      SANDBOX: 'yes',
      DATABASE_URL: 'mysql://host/db',
      WECOM_BOT_TOKEN: '',
      WECOM_CORP_ID: 'wwcorp',
      WECOM_WEBHOOKS: '{',
      WECOM_APP_SECRT: 'x',
      DINGTALK_APP_KEY: 'k',
    })
    expect(error).toMatchObject({ code: 'ENVIRONMENT_INVALID', status: 400 })
    for (const name of [
      'PORT',
      'LOG_LEVEL',
      'SANDBOX',
      'DATABASE_URL',
      'WECOM_BOT_TOKEN',
      'WECOM_BOT_AES_KEY',
      'WECOM_APP_SECRET',
      'WECOM_AGENT_ID',
      'WECOM_WEBHOOKS',
      'WECOM_APP_SECRT',
      'DINGTALK_APP_SECRET',
      'DINGTALK_ROBOT_CODE',
    ])
      expect(error.message).toContain(`\n  ${name}: `)
    expect(error.hint).not.toBe('')
  })

  it('refuses an empty value, which is a mistake and never "none"', () => {
    const names = ['PORT', 'HOST', 'LOG_LEVEL', 'DATA_DIR', 'DATABASE_URL', 'POLICY_FILE', 'SANDBOX', 'WECOM_BOT_NAME']
    for (const name of [...names, 'WECOM_WEBHOOKS', 'WECOM_API_BASE', 'DINGTALK_API_BASE'])
      expect(faultsOf({ [name]: '' })).toEqual([name])
    expect(faultsOf({ ...BOT, WECOM_BOT_TOKEN: '' })).toEqual(['WECOM_BOT_TOKEN'])
    expect(faultsOf({ ...APP, WECOM_APP_SECRET: '' })).toEqual(['WECOM_APP_SECRET'])
    expect(faultsOf({ ...APP, WECOM_AGENT_ID: '' })).toEqual(['WECOM_AGENT_ID'])
  })

  it('refuses a misspelt name of ours, and leaves the names of others alone', () => {
    expect(faultsOf({ WECOM_BOT_NAMES: 'x', DINGTALK_KEY: 'y', GITHUB_TOKEN: 'z' })).toEqual([
      'WECOM_BOT_NAMES',
      'DINGTALK_KEY',
    ])
  })

  it('asks for what belongs together, naming the rest', () => {
    expect(faultsOf({ WECOM_BOT_TOKEN: BOT.WECOM_BOT_TOKEN })).toEqual(['WECOM_BOT_AES_KEY'])
    expect(faultsOf({ WECOM_AGENT_ID: '7' })).toEqual(['WECOM_CORP_ID', 'WECOM_APP_SECRET'])
    expect(faultsOf({ DINGTALK_APP_KEY: 'k', DINGTALK_ROBOT_CODE: 'r' })).toEqual(['DINGTALK_APP_SECRET'])
    expect(faultsOf({ WECOM_CORP_ID: 'wwcorp' })).toEqual(['WECOM_APP_SECRET', 'WECOM_AGENT_ID'])
    const archive = { WECOM_ARCHIVE_SECRET: 's', WECOM_ARCHIVE_LIBRARY: '/sdk.so', WECOM_ARCHIVE_KEYS: '1=/key.pem' }
    expect(faultsOf(archive)).toEqual(['WECOM_CORP_ID'])
    expect(readEnv({ ...archive, WECOM_CORP_ID: 'wwcorp' })).toMatchObject(archive)
    expect(faultsOf({ BRIDGE_URL: 'https://example.invalid/out' })).toEqual(['BRIDGE_SECRETS'])
    expect(faultsOf({ FEISHU_APP_ID: 'cli_1' })).toEqual(['FEISHU_APP_SECRET'])
    expect(refused({ WECOM_BOT_TOKEN: BOT.WECOM_BOT_TOKEN }).message).toContain('WECOM_BOT_TOKEN')
    expect(readEnv(BOT)).toMatchObject(BOT)
    expect(readEnv(APP)).toMatchObject({ WECOM_CORP_ID: 'wwcorp' })
  })

  it('refuses keys that can never work', () => {
    expect(faultsOf({ ...BOT, WECOM_BOT_AES_KEY: AES_KEY.slice(1) })).toEqual(['WECOM_BOT_AES_KEY'])
    expect(faultsOf({ ...BOT, WECOM_BOT_TOKEN: 'has space' })).toEqual(['WECOM_BOT_TOKEN'])
    expect(faultsOf({ WECOM_WEBHOOKS: '{"wrG1":"https://example.invalid/?key=1"}' })).toEqual(['WECOM_WEBHOOKS'])
  })

  it('takes a number only as decimal digits', () => {
    for (const PORT of ['-1', '65536', '8787.5', '0x50', '1e3', ' 80', 'http'])
      expect(faultsOf({ PORT })).toEqual(['PORT'])
    for (const WECOM_AGENT_ID of ['0', '-1', 'abc'])
      expect(faultsOf({ ...APP, WECOM_AGENT_ID })).toEqual(['WECOM_AGENT_ID'])
  })

  it('sends secrets in the clear to the loopback alone', () => {
    for (const ok of ['https://proxy.example', 'http://localhost:1', 'http://127.0.0.1', 'http://[::1]:8/x'])
      expect(readEnv({ WECOM_API_BASE: ok }).WECOM_API_BASE).toBe(ok)
    for (const bad of [
      'http://proxy.example',
      'http://localhost.example',
      'http://127.0.0.1.example:80/',
      'http://localhost@proxy.example/',
      'http://127.0.0.1:80@proxy.example/',
      'ftp://127.0.0.1/',
      'qyapi.weixin.qq.com',
    ])
      expect(faultsOf({ WECOM_API_BASE: bad })).toEqual(['WECOM_API_BASE'])
  })

  it('takes a second judge only whole, at an address that carries no secret', () => {
    const judge = { SECOND_OPINION_BASE_URL: 'https://model.example/v1/', SECOND_OPINION_MODEL: 'm1' }
    expect(readEnv(judge)).toMatchObject({ SECOND_OPINION_BASE_URL: 'https://model.example/v1' })
    expect(faultsOf({ SECOND_OPINION_MODEL: 'm1' })).toEqual(['SECOND_OPINION_BASE_URL'])
    expect(faultsOf({ SECOND_OPINION_API_KEY: 'k' })).toEqual(['SECOND_OPINION_BASE_URL'])
    expect(faultsOf({ ...judge, SECOND_OPINION_API_KEY: '' })).toEqual(['SECOND_OPINION_API_KEY'])
    expect(faultsOf({ ...judge, SECOND_OPINION_PERDAY: '5' })).toEqual(['SECOND_OPINION_PERDAY'])
    for (const SECOND_OPINION_TIMEOUT_MS of ['0', '20001', '1s'])
      expect(faultsOf({ ...judge, SECOND_OPINION_TIMEOUT_MS })).toEqual(['SECOND_OPINION_TIMEOUT_MS'])
    for (const bad of ['http://model.example/v1', 'https://u:p@model.example/v1', 'https://model.example/v1?key=1'])
      expect(faultsOf({ ...judge, SECOND_OPINION_BASE_URL: bad })).toEqual(['SECOND_OPINION_BASE_URL'])
  })

  it('never repeats a value, which may be a secret', () => {
    const secret = 'Zq7-secret-Zq7'
    const names = [
      'PORT',
      'LOG_LEVEL',
      'SANDBOX',
      'DATABASE_URL',
      'WECOM_BOT_TOKEN',
      'WECOM_BOT_AES_KEY',
      'WECOM_AGENT_ID',
    ]
    const variables = Object.fromEntries(
      [
        ...names,
        'WECOM_WEBHOOKS',
        'WECOM_API_BASE',
        'DINGTALK_API_BASE',
        'DINGTALK_TYPO',
        'SECOND_OPINION_BASE_URL',
      ].map((name) => [name, secret]),
    )
    const error = refused(variables)
    expect(`${error.message}${error.hint}${error.cause}`).not.toContain('Zq7')
  })
})
